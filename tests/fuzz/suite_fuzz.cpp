#include "tests/fuzz/input.hpp"
#include "validation/arrays/spec.hpp"

using namespace einsight;

/// Any bytes are a suite of published numbers, or a list of problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::fileOf(fuzz::textOf(data, size), "suite.yaml");
  const auto spec = validation::readArraySpec(file);
  if (!spec) {
    fuzz::refused(spec.error());
    return 0;
  }
  for (const auto& [name, rows] : spec->classes) {
    for (const auto& [engine, judgement] : rows.judgements) {
      static_cast<void>(judgement.tolerance(4096));
    }
  }
  for (const auto& [name, design] : spec->published) {
    static_cast<void>(spec->layersOf(design));
  }
  return 0;
}

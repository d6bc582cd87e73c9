#include "tests/fuzz/input.hpp"
#include "workloads/catalogue.hpp"

using namespace einsight;

/// Any bytes are the sizes of a model, for its own cascade and for one that is named, or a list of
/// problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::fileOf(fuzz::textOf(data, size), "model.yaml").string();
  for (const auto& reference : {file, "attention-3pass:" + file}) {
    if (const auto cascade = workloads::load(reference); !cascade) {
      fuzz::refused(cascade.error());
    }
    if (const auto files = workloads::filesOf(reference); !files) {
      fuzz::refused(files.error());
    }
  }
  return 0;
}

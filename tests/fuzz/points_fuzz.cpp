#include "config/catalogue.hpp"
#include "tests/fuzz/input.hpp"
#include "validation/arrays/rows.hpp"

using namespace einsight;

/// Any bytes are rows to be compared, each with a question or a reason, or a list of problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSpec =
      validation::readArraySpec(config::catalogueRoot() / "validation" / "suites" / "fusemax.yaml");
  const auto file = fuzz::fileOf(fuzz::textOf(data, size), "points.csv");
  const auto rows = validation::readArrayRows(file, *kSpec);
  if (!rows) {
    fuzz::refused(rows.error());
    return 0;
  }
  for (const auto& row : *rows) {
    EINSIGHT_INVARIANT(row.question || !row.question.error().empty(), "a row left out says why");
  }
  return 0;
}

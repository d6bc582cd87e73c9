#include "point_laws.hpp"

#include <catch2/catch.hpp>
using namespace einsight;
using namespace einsight::explore;

namespace {

const std::string kExamples = std::string(EINSIGHT_SOURCE_DIR) + "/examples/";

} // namespace

TEST_CASE("scores of twelve heads on a weight-stationary 128x128 array take eight passes of 1024 "
          "queries each",
          "[explore]") {
  const auto point = test::prepared({kExamples + "scores.yaml",
                                     "array-family",
                                     kExamples + "weight-stationary.yaml",
                                     {},
                                     {{"PE", 128}, {"buffer_multiple", 8}},
                                     {}});
  const auto result = run(point, {"analytic"});
  REQUIRE(result);
  CHECK(result->cycles == 12 * 8 * 1024);
  CHECK(result->units.front().utilization == 0.5); // 64 of 128 rows hold a key's elements
}

TEST_CASE("a million tokens are simulated event by event in a few thousand task instances",
          "[explore]") {
  const auto point =
      test::prepared({"bert", "fusemax", "fusemax-binding", {{"L", 1 << 20}}, {}, {}});
  const auto totals = sim::cycle(point.schedule);
  REQUIRE(totals);
  CHECK(totals->instances < 20000);
  CHECK(totals->skippedTicks < totals->ticks);
}

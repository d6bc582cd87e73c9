#include "report/text.hpp"

#include <catch2/catch.hpp>

using einsight::report::limitingSentences;
using einsight::results::Result;

namespace {

Result twoUnits() {
  Result result;
  result.cycles = 100;
  result.units = {{"array_2d", 90, 0.9, {4, 0, 6, 0, 0}}, {"dram", 20, 0.2, {0, 30, 0, 0, 50}}};
  result.limits = {{"array_2d", 0.9, 1.6}, {"dram", 0.2, 1.001}};
  result.criticalPath = {{"QK", 0.75}, {"AV", 0.2495}, {"wait", 0.0005}};
  return result;
}

} // namespace

TEST_CASE("the unit that gains most from twice the speed is what limits a run", "[report]") {
  CHECK(
      limitingSentences(twoUnits()) ==
      "  array_2d limits this run.\n"
      "  array_2d works 90.0% of the time, waits 6.0% at barriers and 4.0% for values still being "
      "computed.\n"
      "  The critical path is QK 75.0% and AV 24.9%.\n"
      "  Twice as fast, each alone (simulated again): array_2d 1.60x and dram nothing.\n");
}

TEST_CASE("where no unit alone gains, no unit is blamed", "[report]") {
  auto result = twoUnits();
  result.limits = {{"dram", 0.2, 1.004}, {"array_2d", 0.9, 1.0}};
  result.criticalPath.clear();
  CHECK(
      limitingSentences(result) ==
      "  No unit limits this run alone: it takes more than one twice as fast to gain half a "
      "percent.\n"
      "  dram works 20.0% of the time, waits 30.0% for room in a buffer, and has nothing to do for "
      "50.0%.\n"
      "  Twice as fast, each alone (simulated again): dram nothing and array_2d nothing.\n");
}

TEST_CASE("without limits every unit says where its time goes", "[report]") {
  auto result = twoUnits();
  result.limits.clear();
  result.criticalPath.clear();
  result.units[1].stalls = {};
  CHECK(
      limitingSentences(result) ==
      "  array_2d works 90.0% of the time, waits 6.0% at barriers and 4.0% for values still being "
      "computed.\n"
      "  dram works 20.0% of the time.\n");
  CHECK(limitingSentences({}).empty());
}

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

TEST_CASE("where no unit alone gains, no unit is blamed, and the busiest is named", "[report]") {
  auto result = twoUnits();
  result.limits = {{"dram", 0.2, 1.004}, {"array_2d", 0.9, 1.0}};
  result.criticalPath.clear();
  CHECK(
      limitingSentences(result) ==
      "  No unit limits this run alone: twice as fast, none gains anything, as several hold each "
      "other up. array_2d is the busiest.\n"
      "  array_2d works 90.0% of the time, waits 6.0% at barriers and 4.0% for values still being "
      "computed.\n"
      "  Twice as fast, each alone (simulated again): dram nothing and array_2d nothing.\n");
}

TEST_CASE("a gain below a twentieth is not what limits a run", "[report]") {
  auto result = twoUnits();
  result.criticalPath.clear();
  result.limits = {{"shared", 0.95, 1.02}, {"dram", 0.2, 1.01}};
  CHECK(limitingSentences(result) ==
        "  No unit limits this run alone: twice as fast, none gains more than 1.02x (shared), as "
        "several hold each other up. shared is the busiest.\n"
        "  shared works 95.0% of the time.\n"
        "  Twice as fast, each alone (simulated again): shared 1.02x and dram 1.01x.\n");
  result.limits[1].speedupIfDoubled = 1.06;
  CHECK(limitingSentences(result).starts_with("  dram limits this run.\n"));
}

TEST_CASE("launches that limit a run say how long they take, and of how many kernels", "[report]") {
  Result result;
  result.cycles = 100;
  result.units = {{"dram", 20, 0.2, {0, 0, 0, 0, 80}}};
  result.kernels.resize(2);
  result.kernels[0].launchSeconds = 5e-6;
  result.kernels[1].launchSeconds = 15e-6;
  result.limits = {{"launch", 0.8, 1.6667}, {"dram", 0.2, 1.1}};
  CHECK(limitingSentences(result) ==
        "  launch limits this run.\n"
        "  launch takes 80.0% of the time: 20 us in which 2 kernels are launched and no unit "
        "works.\n"
        "  Twice as fast, each alone (simulated again): launch 1.67x and dram 1.10x.\n");
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

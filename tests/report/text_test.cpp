#include "report/text.hpp"

#include <catch2/catch.hpp>

using einsight::report::text;
using einsight::results::Result;

namespace {

Result small() {
  Result result;
  result.workload = "matmul";
  result.machine = "tiny";
  result.mapping = "plain";
  result.engine = "cycle";
  result.cycles = 1000.5;
  result.seconds = 1e-6;
  result.flops = 2e6;
  result.units = {{"array", 800, 0.8, {100, 0, 50, 25, 25.5}}};
  result.levels = {{"dram", 4096, 1024}};
  result.energy = {3e9, {{"array", 2e9}, {"dram", 1e9}}, {}};
  result.areaUm2 = 2.5e6;
  result.einsums = {{"AB", "", {}, 0, 0}, {"C", "array", {{"macc", 1000000}}, 800, 0.8}};
  result.limits = {{"array", 0.8, 1.5}};
  result.criticalPath = {{"C", 1.0}};
  result.validated = {{"some-suite", "spatial array, products", 0.0123}};
  result.inputs = {{"tiny.yaml", "0123456789abcdef"}};
  result.version = "9.8";
  result.notes = {"nothing was skipped"};
  return result;
}

constexpr const char* kSmall = R"(matmul on tiny, mapping plain (cycle engine)

  cycles      1,000.50
  time        1 us
  operations  2 M (2 T per second)
  energy      3 mJ
  area        2.5 mm2

  unit   utilisation   busy  waits for values  for room  at barriers  for transfers  idle
  array        80.0%  80.0%             10.0%      0.0%         5.0%           2.5%  2.5%

  memory      read   written
  dram    4.096 kB  1.024 kB

  energy of        share
  array      2 mJ  66.7%
  dram       1 mJ  33.3%

  Einsum  unit   busy cycles  utilisation  operations
  C       array          800        80.0%  macc 1 M

What limits it
  array limits this run.
  array works 80.0% of the time, waits 10.0% for values still being computed, 5.0% at barriers and 2.5% for transfers, and has nothing to do for 2.5%.
  The critical path is C 100.0%.
  Twice as fast, each alone (simulated again): array 1.50x.

How well such answers are validated
  spatial array, products: mean error 1.2% against published or measured numbers (einsight validate some-suite).

Notes
  nothing was skipped

Inputs
  einsight 9.8
  0123456789abcdef  tiny.yaml
)";

} // namespace

TEST_CASE("a result is told in full", "[report]") {
  CHECK(text(small()) == kSmall);
}

TEST_CASE("waits for issue have a column where some unit has any", "[report]") {
  auto result = small();
  CHECK(text(result).find("for issue") == std::string::npos);
  result.units[0].stalls.waitIssue = 200;
  const auto told = text(result);
  CHECK(told.find("for issue") != std::string::npos);
  CHECK(told.find("20.0% while arithmetic is issued") != std::string::npos);
}

TEST_CASE("what is unknown is said with its reason", "[report]") {
  auto result = small();
  result.cycles.reset();
  result.energy = {std::nullopt, {}, "no table covers 'array'"};
  result.areaUm2.reset();
  result.areaReason = "no table";
  result.validated.reset();
  const auto shown = text(result);
  CHECK(shown.find("  cycles  ") == std::string::npos);
  CHECK(shown.find("  energy      unknown: no table covers 'array'\n") != std::string::npos);
  CHECK(shown.find("  area        unknown: no table\n") != std::string::npos);
  CHECK(shown.find(
            "  Nothing outside the simulator has been compared with answers of this kind.\n") !=
        std::string::npos);
}

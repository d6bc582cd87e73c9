#include "mapping_text.hpp"
#include "mappings/lower.hpp"
#include "mappings/lowering/draft.hpp"
#include "sim/totals.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <map>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

struct Sizes {
  std::int64_t m = 1, n = 1, k = 1, rows = 1, columns = 1;
};

/// Z[m,n] = sum over k of A[m,k] * B[k,n], as cut and bound by the text.
sim::Schedule product(const std::string& cut, const Sizes& sizes, const std::string& keep = {}) {
  Setting setting{"matmul", "fusemax", {}, {}, {}};
  setting.workloadSettings = {{"M", sizes.m}, {"N", sizes.n}, {"K", sizes.k}};
  setting.machineSettings = {{"rows", sizes.rows}, {"columns", sizes.columns}};
  auto schedule = lower(valid(verifiedOf(readingOfText(
      "mapping: mine\nkind: spatial\n" + cut +
          "sections:\n  Z:\n    keep: {global_buffer: {A: run, B: run}" + keep + "}\n    do: [Z]\n",
      setting))));
  if (!schedule) {
    FAIL(core::render(schedule.error()));
  }
  return std::move(*schedule);
}

const std::string kWhole = "bind:\n  Z: {on: array_2d, columns: m, rows: k}\n";

std::string parts(std::int64_t rows) {
  return fmt::format("partition: {{k: [k1, k0]}}\nsizes: {{k0: {}}}\n"
                     "bind:\n  Z: {{on: array_2d, columns: m, rows: k0}}\n",
                     rows);
}

/// Everything that is counted, by name, and the time.
std::map<std::string, std::int64_t> counts(const sim::Schedule& schedule) {
  std::map<std::string, std::int64_t> out;
  const auto totals = sim::countAll(schedule);
  for (std::size_t i = 0; i < totals.size(); ++i) {
    const auto& counter = schedule.counters[i];
    out[fmt::format("{} {} {}", static_cast<int>(counter.kind), counter.component, counter.what)] +=
        static_cast<std::int64_t>(totals[i]);
  }
  const core::Rational cycles(static_cast<std::int64_t>(sim::analytic(schedule).ticks),
                              schedule.ticksPerCycle);
  out["cycles"] = cycles.numerator();
  out["of a cycle"] = cycles.denominator();
  return out;
}

/// Accesses of the register files of the 2D array.
std::int64_t registers(const sim::Schedule& schedule, const std::string& what) {
  const auto all = counts(schedule);
  const auto found = all.find(
      fmt::format("{} registers_2d {}", static_cast<int>(sim::Counter::Kind::Action), what));
  return found == all.end() ? 0 : found->second;
}

} // namespace

TEST_CASE("a sum that takes several passes over an axis runs in time", "[mappings]") {
  const Sizes sizes{70, 53, 90, 12, 16}; // 90 values on 12 rows: 8 parts of each sum
  constexpr std::int64_t kPoints = 70 * 53 * 90;
  for (const auto& cut : {kWhole, parts(12)}) {
    const auto schedule = product(cut, sizes);
    CHECK(registers(schedule, "read") == kPoints);
    CHECK(registers(schedule, "write") == kPoints);
    CHECK(counts(schedule) == counts(product(kWhole, sizes)));
  }
}

TEST_CASE("a sum that fits an axis is complete at once, also with a part of one trip",
          "[mappings]") {
  const Sizes sizes{70, 8, 12, 12, 16};
  for (const auto& cut : {kWhole, parts(12)}) {
    const auto schedule = product(cut, sizes);
    CHECK(registers(schedule, "read") == 0);
    CHECK(registers(schedule, "write") == 0);
    const auto stays = product(cut, sizes, ", registers_2d: {Z: run}");
    CHECK(registers(stays, "read") == 0);
    CHECK(registers(stays, "write") == 70 * 8);
  }
}

TEST_CASE("two ways to write one schedule count the same", "[mappings]") {
  CHECK(rc::check("rows: k is k0 of as many rows, and k1 in time", [] {
    const auto drawn = [](std::int64_t most) {
      return *rc::gen::inRange<std::int64_t>(1, most + 1);
    };
    const Sizes sizes{drawn(40), drawn(20), drawn(60), drawn(16), drawn(16)};
    RC_ASSERT(counts(product(kWhole, sizes)) == counts(product(parts(sizes.rows), sizes)));
  }));
}

TEST_CASE("several rank variables on an axis split sums where whole ones take more passes",
          "[mappings]") {
  CHECK_FALSE(splitsSums(12, 12, 12));
  CHECK(splitsSums(13, 13, 12));
  CHECK_FALSE(splitsSums(24, 12, 12)); // a sum in each of 2 passes
  CHECK(splitsSums(48, 24, 12));
  CHECK(splitsSums(24, 8, 12)); // 3 sums of 8 in 2 passes: one of them is cut
  CHECK_FALSE(splitsSums(16, 8, 12));
  CHECK_FALSE(splitsSums(30, 3, 12)); // 4 sums in each of 3 passes
  CHECK_FALSE(splitsSums(90, 1, 12)); // nothing is summed along it
}

#include "random_schedule.hpp"
#include "sim/merge.hpp"

#include <catch2/catch.hpp>

#include <numeric>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::sim;
using namespace einsight::sim::test;

namespace {

Totals simulated(const Schedule& schedule, bool skip) {
  CycleOptions options;
  options.skip = skip;
  auto totals = cycle(schedule, options);
  if (!totals) {
    RC_FAIL(core::render(totals.error()));
  }
  return std::move(*totals);
}

} // namespace

TEST_CASE("skipping repeated periods of any schedule changes nothing", "[sim]") {
  int cases = 0;
  int skipped = 0;
  CHECK(rc::check("skipped equals unskipped", [&] {
    const auto schedule = drawnSchedule();
    const auto quick = simulated(schedule, true);
    const auto plain = simulated(schedule, false);
    RC_ASSERT(difference(quick, plain) == "");
    RC_ASSERT(plain.skippedTicks == 0);
    RC_ASSERT(quick.instances <= plain.instances);
    ++cases;
    skipped += quick.skippedTicks > 0 ? 1 : 0;
  }));
  CHECK(cases >= 100);
  CHECK(4 * skipped >= cases); // the law is not held up by runs in which nothing repeats
}

TEST_CASE("the bound is never above the simulation, and works the same time", "[sim]") {
  CHECK(rc::check("analytic <= cycle", [] {
    const auto schedule = drawnSchedule();
    const auto bound = analytic(schedule);
    const auto exact = simulated(schedule, true);
    RC_ASSERT(bound.ticks <= exact.ticks);
    RC_ASSERT(bound.counters == exact.counters);
    for (std::size_t r = 0; r < schedule.resources.size(); ++r) {
      RC_ASSERT(bound.resources[r].busy == exact.resources[r].busy);
    }
  }));
}

TEST_CASE("busy and stalls of every resource add up to the run, and so does the critical path",
          "[sim]") {
  CHECK(rc::check("every tick has a reason", [] {
    const auto schedule = drawnSchedule();
    for (const bool skip : {true, false}) {
      const auto totals = simulated(schedule, skip);
      for (const auto& use : totals.resources) {
        RC_ASSERT(std::accumulate(use.waits.begin(), use.waits.end(), use.busy) == totals.ticks);
      }
      RC_ASSERT(std::accumulate(totals.path.begin(), totals.path.end(), Wide{0}) == totals.ticks);
    }
  }));
}

TEST_CASE("merging loops that nothing tells apart changes nothing", "[sim]") {
  int merged = 0;
  CHECK(rc::check("merged equals unmerged", [&] {
    auto schedule = drawnSchedule();
    if (drawnCoin()) { // nothing looks at the outer loops
      for (int loop : {0, 1}) {
        auto& extent = schedule.sections.front().extents[static_cast<std::size_t>(loop)];
        extent = {extent.tile, extent.tile, {}};
      }
      for (auto& task : schedule.sections.front().tasks) {
        task.guards.clear();
      }
    }
    auto shorter = schedule;
    mergeLoops(shorter.sections.front());
    merged += shorter.sections.front().blocks.front().loops.size() <
                      schedule.sections.front().blocks.front().loops.size()
                  ? 1
                  : 0;
    RC_ASSERT(difference(simulated(shorter, true), simulated(schedule, true)) == "");
  }));
  CHECK(merged > 0);
}

TEST_CASE("a resource that is twice as fast never does less work in more time", "[sim]") {
  CHECK(rc::check("half the work", [] {
    const auto schedule = drawnSchedule();
    auto faster = schedule;
    for (auto& resource : faster.resources) {
      resource.speedup = core::Rational(2);
    }
    const auto before = simulated(schedule, true);
    const auto after = simulated(faster, true);
    for (std::size_t r = 0; r < schedule.resources.size(); ++r) {
      RC_ASSERT(2 * after.resources[r].busy >= before.resources[r].busy);
      RC_ASSERT(after.resources[r].busy <= before.resources[r].busy);
    }
    RC_ASSERT(analytic(faster).ticks <= after.ticks);
  }));
}

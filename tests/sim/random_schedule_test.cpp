#include "random_schedule.hpp"
#include "sim/merge.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
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

TEST_CASE("skipping periods of dispatched loops changes nothing", "[sim]") {
  int cases = 0;
  int skipped = 0;
  CHECK(rc::check("skipped equals unskipped", [&] {
    const auto schedule = drawnDispatched();
    const auto quick = simulated(schedule, true);
    const auto plain = simulated(schedule, false);
    RC_ASSERT(difference(quick, plain) == "");
    RC_ASSERT(plain.skippedTicks == 0);
    ++cases;
    skipped += quick.skippedTicks > 0 ? 1 : 0;
  }));
  CHECK(cases >= 100);
  CHECK(5 * skipped >= cases);
}

TEST_CASE("slots share the work of dispatched loops: every iteration is done once", "[sim]") {
  CHECK(rc::check("the closed form holds", [] {
    const auto schedule = drawnDispatched();
    const auto& section = schedule.sections.front();
    const auto exact = simulated(schedule, true);
    for (std::size_t t = 0; t < schedule.einsums.size(); ++t) {
      RC_ASSERT(exact.einsumBusy[t] ==
                totals(section, section.tasks[t], {&section.tasks[t].ticks}).front());
    }
    RC_ASSERT(analytic(schedule, true).ticks <= exact.ticks);
  }));
}

TEST_CASE("the bound is never above the simulation, and works the same time", "[sim]") {
  CHECK(rc::check("analytic <= cycle", [] {
    const auto schedule = drawnSchedule();
    const auto bound = analytic(schedule, true);
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

TEST_CASE("where nothing takes time but tasks and transfers, the critical path never waits",
          "[sim]") {
  const auto direct = [](Schedule schedule) {
    for (auto& section : schedule.sections) {
      for (auto& task : section.tasks) {
        for (auto& edge : task.needs) {
          edge.latency = 0;
        }
      }
      for (auto& barrier : section.barriers) {
        barrier.latency = 0;
      }
    }
    return schedule;
  };
  CHECK(rc::check("every start has a cause that ends then", [&] {
    const auto schedule = direct(drawnCoin() ? drawnSchedule() : drawnDispatched());
    for (const bool skip : {true, false}) {
      const auto totals = simulated(schedule, skip);
      RC_ASSERT(totals.path.back() == 0);
      RC_ASSERT(std::all_of(totals.path.begin(), totals.path.end(),
                            [](const Wide ticks) { return ticks >= 0; }));
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
    RC_ASSERT(analytic(faster, true).ticks <= after.ticks);
  }));
}

TEST_CASE("where no two streams share a resource, a faster one never makes a run longer", "[sim]") {
  CHECK(rc::check("faster is not slower", [] {
    auto schedule = drawnSchedule();
    auto& section = schedule.sections.front();
    std::vector<bool> taken(schedule.resources.size(), false);
    for (auto& stream : section.streams) {
      const auto own = static_cast<std::size_t>(stream.resource);
      if (!taken[own]) {
        taken[own] = true;
        continue;
      }
      stream.resource = static_cast<int>(schedule.resources.size());
      schedule.resources.push_back(schedule.resources[own]);
      const auto& block = section.blocks[static_cast<std::size_t>(stream.root)];
      const auto task = static_cast<std::size_t>(block.items.front().index);
      section.tasks[task].resource = stream.resource;
    }
    const auto before = simulated(schedule, true);
    const auto which = drawn(0, static_cast<std::int64_t>(schedule.resources.size()) - 1);
    schedule.resources[static_cast<std::size_t>(which)].speedup = core::Rational(2);
    RC_ASSERT(simulated(schedule, true).ticks <= before.ticks);
  }));
}

// docs/engines.md tells it: the load that the faster unit makes room for is in the way of another.
TEST_CASE("where streams share a port, a faster unit may make a run longer", "[sim]") {
  Schedule schedule;
  schedule.resources = {
      {"first", false, 1, 1}, {"second", false, 1, 1}, {"last", false, 1, 1}, {"port", true, 1, 1}};
  schedule.einsums = {"work"};
  Section section;
  section.name = "anomaly";
  const auto add = [&](int resource, std::int64_t ticks, std::vector<Edge> needs) {
    const auto number = static_cast<int>(section.tasks.size());
    section.tasks.push_back({"work",
                             Task::Kind::Compute,
                             0,
                             resource,
                             {},
                             {},
                             {},
                             {ticks, {}, 1},
                             {},
                             std::move(needs)});
    section.blocks.push_back({{}, {{Item::Kind::Task, number, 0, {}}}, 0});
    section.streams.push_back({resource, number, -1});
  };
  const auto after = [](int producer) {
    Edge edge;
    edge.producer = producer;
    return std::vector<Edge>{edge};
  };
  add(0, 10, {});
  add(1, 8, {});
  add(3, 20, after(0)); // a load of 20 ticks that the first unit makes room for
  add(3, 1, after(1));  // a load of one tick that the second unit makes room for
  add(2, 30, after(3));
  schedule.sections = {section};
  CHECK(simulated(schedule, true).ticks == 8 + 1 + 30);
  schedule.resources[0].speedup = core::Rational(2);
  CHECK(simulated(schedule, true).ticks == 5 + 20 + 1 + 30);
}

#include "sim/totals.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace einsight;
using namespace einsight::sim;

namespace {

constexpr auto kIdle = static_cast<std::size_t>(Wait::Idle);

Task task(int einsum, int resource, std::int64_t ticks) {
  return {"t" + std::to_string(einsum),
          Task::Kind::Compute,
          einsum,
          resource,
          {0},
          {},
          {},
          {ticks, {}, 1},
          {},
          {}};
}

/// Four tasks on two units, ten iterations: 3 and 5 ticks on the first, 4 and 1 on the second.
Schedule fourTasks() {
  Schedule schedule;
  schedule.resources = {{"first", false, 1, 1}, {"second", false, 1, 1}};
  schedule.einsums = {"t0", "t1", "t2", "t3"};
  Section section;
  section.name = "four";
  section.loops = {{"i", 10, false}};
  section.tasks = {task(0, 0, 3), task(1, 0, 5), task(2, 1, 4), task(3, 1, 1)};
  section.blocks = {{{0}, {{Item::Kind::Task, 0, 0, {}}, {Item::Kind::Task, 1, 0, {}}}, 0},
                    {{0}, {{Item::Kind::Task, 2, 0, {}}, {Item::Kind::Task, 3, 0, {}}}, 0}};
  section.streams = {{0, 0, -1}, {1, 1, -1}};
  schedule.sections = {section};
  return schedule;
}

std::int64_t boundOf(const Schedule& schedule) {
  return static_cast<std::int64_t>(analytic(schedule).ticks);
}

} // namespace

TEST_CASE("a section lasts at least as long as its busiest resource works", "[sim]") {
  const auto totals = analytic(fourTasks());
  CHECK(static_cast<std::int64_t>(totals.ticks) == 10 * (3 + 5));
  CHECK(totals.resources[0].busy == 80);
  CHECK(totals.resources[1].busy == 50);
  CHECK(totals.resources[0].waits[kIdle] == 0);
  CHECK(totals.resources[1].waits[kIdle] == 30);
  CHECK(totals.einsumBusy == std::vector<Wide>({30, 50, 40, 10}));
}

TEST_CASE("phases add up their longer sides, and their waits", "[sim]") {
  auto schedule = fourTasks();
  auto& section = schedule.sections.front();
  section.chains = {{{{0, 2}, {1, 3}}, 0, 0}};
  CHECK(boundOf(schedule) == 10 * (4 + 5));
  section.chains.front().waitTicks = 6;
  CHECK(boundOf(schedule) == 10 * (4 + 5 + 6));
  section.chains = {{{{0, 3}, {1, 2}}, 0, 0}};
  CHECK(boundOf(schedule) == 10 * (3 + 5)); // as long as the first unit works
}

TEST_CASE("epochs in which nothing runs do not wait", "[sim]") {
  auto schedule = fourTasks();
  auto& section = schedule.sections.front();
  section.chains = {{{{0, 2}, {1, 3}}, 6, 0}};
  for (auto& each : section.tasks) {
    each.guards = {{6, {{0, -1}}, {}}}; // seven of the ten iterations
  }
  CHECK(boundOf(schedule) == 7 * (4 + 5 + 6));
  section.tasks[3].guards.clear();
  CHECK(boundOf(schedule) == 7 * (4 + 5) + 10 * 6);
}

TEST_CASE("sections follow each other", "[sim]") {
  auto schedule = fourTasks();
  schedule.sections.push_back(schedule.sections.front());
  schedule.sections.back().loops[0].trips = 3;
  CHECK(boundOf(schedule) == 80 + 24);
}

TEST_CASE("a resource twice as fast halves its work, rounded down", "[sim]") {
  auto schedule = fourTasks();
  schedule.resources[0].speedup = core::Rational(2);
  CHECK(boundOf(schedule) == 50);
  schedule.resources[1].speedup = core::Rational(4, 3);
  CHECK(boundOf(schedule) == 40);
}

TEST_CASE("what only crosses a port that never limits is counted, not timed", "[sim]") {
  auto schedule = fourTasks();
  schedule.counters = {{Counter::Kind::Read, "buffer", "bytes", -1, {}, 1}};
  auto& section = schedule.sections.front();
  section.tasks.push_back(task(-1, -1, 1000));
  section.tasks.back().counts = {{0, {16, {}, 1}}};
  CHECK(boundOf(schedule) == 80);
  CHECK(countAll(schedule) == std::vector<Wide>({160}));
}

TEST_CASE("slots share the iterations of a dispatched loop, and count them once", "[sim]") {
  auto schedule = fourTasks();
  schedule.counters = {{Counter::Kind::Operation, "first", "macc", 0, {}, 1}};
  auto& section = schedule.sections.front();
  section.loops[0].dispatched = true;
  section.tasks = {task(0, 0, 8), task(0, 1, 8)};
  for (auto& each : section.tasks) {
    each.counts = {{0, {2, {}, 1}}};
  }
  section.blocks = {{{0}, {{Item::Kind::Task, 0, 0, {}}}, 0},
                    {{0}, {{Item::Kind::Task, 1, 0, {}}}, 0}};
  section.streams = {{0, 0, 0}, {1, 1, 1}};
  CHECK(boundOf(schedule) == 10 * 8 / 2);
  CHECK(countAll(schedule) == std::vector<Wide>({20}));
}

TEST_CASE("the bound's critical path is the busiest resource, the rest is waiting", "[sim]") {
  auto schedule = fourTasks();
  schedule.sections.front().chains = {{{{0, 2}, {1, 3}}, 0, 0}};
  const auto totals = analytic(schedule);
  CHECK(totals.path == std::vector<Wide>({30, 50, 0, 0, 0, 10}));
  CHECK(std::accumulate(totals.path.begin(), totals.path.end(), Wide{0}) == totals.ticks);
}

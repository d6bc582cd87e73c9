#include "random_schedule.hpp"
#include "sim/domain.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::sim;
using namespace einsight::sim::test;

namespace {

/// A task over two to four loops with extents, guards and an amount, all drawn.
Section drawnSection() {
  Section section;
  const auto loops = drawn(2, 4);
  Task task;
  for (int loop = 0; loop < loops; ++loop) {
    section.loops.push_back({"l", drawn(1, 5), false});
    task.loops.push_back(loop);
  }
  for (std::int64_t e = drawn(1, 3); e > 0; --e) {
    Extent extent{drawn(0, 25), drawn(1, 6), {}};
    for (int loop = 0; loop < loops; ++loop) {
      if (drawnCoin()) {
        extent.terms.push_back({loop, drawn(1, 6)});
      }
    }
    const auto number = static_cast<int>(section.extents.size());
    section.extents.push_back(extent);
    if (drawnCoin()) {
      task.extents.push_back(number);
    }
    task.ticks.factors.push_back({number, drawn(1, 3)});
  }
  task.ticks.scale = drawn(1, 5);
  task.ticks.unit = drawn(1, 4);
  for (std::int64_t g = drawn(0, 2); g > 0; --g) {
    Guard guard;
    guard.constant = drawn(-10, 15);
    for (int loop = 0; loop < loops; ++loop) {
      guard.terms.push_back({loop, drawn(-4, 4)});
    }
    if (drawnCoin()) {
      guard.spans.push_back({0, drawn(1, 3)});
    }
    task.guards.push_back(std::move(guard));
  }
  section.tasks = {task};
  return section;
}

/// Every combination of the loops behind `position`, written into `digits`.
void forAll(const Section& section, const std::vector<int>& loops, std::size_t position,
            Digits& digits, const std::function<void()>& visit) {
  if (position == loops.size()) {
    visit();
    return;
  }
  const auto loop = static_cast<std::size_t>(loops[position]);
  for (digits[loop] = 0; digits[loop] < section.loops[loop].trips; ++digits[loop]) {
    forAll(section, loops, position + 1, digits, visit);
  }
  digits[loop] = 0;
}

/// What a task reads at these counters: whether it runs and its amount.
std::pair<bool, std::int64_t> readAt(const Section& section, const Digits& digits) {
  const auto& task = section.tasks.front();
  return {runs(section, task, digits), value(section, task.ticks, digits)};
}

} // namespace

TEST_CASE("totals in closed form are the sums over every iteration", "[sim]") {
  CHECK(rc::check("totals", [] {
    const auto section = drawnSection();
    const auto& task = section.tasks.front();
    const Amount two{2, {}, 1};
    Wide sum = 0;
    Wide instances = 0;
    Digits digits(section.loops.size(), 0);
    forAll(section, task.loops, 0, digits, [&] {
      if (runs(section, task, digits)) {
        sum += value(section, task.ticks, digits);
        ++instances;
      }
    });
    RC_ASSERT(totals(section, task, {&task.ticks, &two}) ==
              std::vector<Wide>({sum, 2 * instances, instances}));
  }));
}

TEST_CASE("up to the trip that is promised nothing that the task reads changes", "[sim]") {
  CHECK(rc::check("constantUntil", [] {
    const auto section = drawnSection();
    const auto& task = section.tasks.front();
    const auto position =
        static_cast<std::size_t>(drawn(0, static_cast<std::int64_t>(task.loops.size()) - 1));
    Digits digits(section.loops.size(), 0);
    for (std::size_t i = 0; i <= position; ++i) {
      const auto loop = static_cast<std::size_t>(task.loops[i]);
      digits[loop] = drawn(0, section.loops[loop].trips - 1);
    }
    const auto loop = static_cast<std::size_t>(task.loops[position]);
    const auto until = constantUntil(section, task, position, digits);
    RC_ASSERT(until >= digits[loop]);
    RC_ASSERT(until < section.loops[loop].trips);
    forAll(section, task.loops, position + 1, digits, [&] {
      auto later = digits;
      for (later[loop] = digits[loop]; later[loop] <= until; ++later[loop]) {
        RC_ASSERT(readAt(section, later) == readAt(section, digits));
      }
    });
  }));
}

TEST_CASE("full tiles are constant to the last one that is full", "[sim]") {
  Section section;
  section.loops = {{"i", 10, false}};
  section.extents = {{38, 4, {{0, 4}}}};
  Task task;
  task.loops = {0};
  task.ticks = {1, {{0, 1}}, 1};
  section.tasks = {task};
  CHECK(constantUntil(section, task, 0, {0}) == 8);
  CHECK(constantUntil(section, task, 0, {8}) == 8);
  CHECK(constantUntil(section, task, 0, {9}) == 9); // the short one
  CHECK(totals(section, task, {&task.ticks}) == std::vector<Wide>({38, 10}));
  section.extents = {{40, 4, {{0, 4}}}};
  CHECK(constantUntil(section, task, 0, {0}) == 9);
}

TEST_CASE("a mask is constant to the diagonal, and behind it", "[sim]") {
  Section section;
  section.loops = {{"m", 10, false}, {"p", 6, false}};
  Task task;
  task.loops = {1, 0};
  task.ticks = {1, {}, 1};
  task.guards = {{0, {{1, 1}, {0, -1}}, {}}}; // m <= p
  CHECK(constantUntil(section, task, 1, {0, 3}) == 3);
  CHECK(constantUntil(section, task, 1, {4, 3}) == 9);
  CHECK(constantUntil(section, task, 0, {0, 3}) == 3); // another row of keys attends at p = 4
  CHECK(totals(section, task, {&task.ticks}).front() == 1 + 2 + 3 + 4 + 5 + 6);
}

TEST_CASE("totals of a million by a million tiles need no enumeration", "[sim]") {
  Section section;
  section.loops = {{"p", 1 << 20, false}, {"m", 1 << 20, false}};
  section.extents = {{(std::int64_t{1} << 30) - 5, 1024, {{1, 1024}}}};
  Task task;
  task.loops = {0, 1};
  task.ticks = {3, {{0, 1}}, 1};
  const auto sums = totals(section, task, {&task.ticks});
  CHECK(sums[0] == Wide{3} * (1 << 20) * ((std::int64_t{1} << 30) - 5));
  CHECK(sums[1] == Wide{1} << 40);
}

TEST_CASE("tasks know the slot of dispatched loops that they belong to", "[sim]") {
  Section section;
  section.tasks.resize(4);
  section.blocks = {{{0}, {{Item::Kind::Block, 1, 0, {}}, {Item::Kind::Task, 3, 0, {}}}, 0},
                    {{1}, {{Item::Kind::Task, 1, 0, {}}}, 0},
                    {{0}, {{Item::Kind::Task, 0, 0, {}}}, 0}};
  section.streams = {{0, 0, 1}, {1, 2, -1}};
  CHECK(slotOfTask(section) == std::vector<int>{-1, 1, -1, 1});
}

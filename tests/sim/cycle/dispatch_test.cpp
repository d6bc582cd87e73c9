#include "sim/totals.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::sim;

namespace {

/// Rows of a triangle: row p has p + 1 tiles of `ticks` each; `slots` units share `rows` of them in
/// `heads` triangles.
Schedule triangles(int slots, std::int64_t heads, std::int64_t rows, std::int64_t ticks) {
  Schedule schedule;
  schedule.einsums = {"attention"};
  Section section;
  section.name = "rows";
  section.loops = {{"h", heads, true}, {"p", rows, true}, {"m", rows, false}};
  for (int slot = 0; slot < slots; ++slot) {
    schedule.resources.push_back({"unit", false, 1, 1});
    Task task{"attention", Task::Kind::Compute, 0, slot, {0, 1, 2}, {}, {}, {ticks, {}, 1}, {}, {}};
    task.guards = {{0, {{1, 1}, {2, -1}}, {}}};
    section.tasks.push_back(std::move(task));
    section.blocks.push_back({{2}, {{Item::Kind::Task, slot, 0, {}}}, 0});
    section.blocks.push_back({{0, 1}, {{Item::Kind::Block, 2 * slot, 0, {}}}, 0});
    section.streams.push_back({slot, 2 * slot + 1, slot});
  }
  schedule.sections = {section};
  return schedule;
}

std::string problemsOf(const Schedule& schedule) {
  const auto totals = cycle(schedule);
  REQUIRE(!totals);
  return core::render(totals.error());
}

} // namespace

TEST_CASE("the next row goes to the slot that frees first", "[sim]") {
  // Slot 0 does rows of 1 and 3 tiles, slot 1 those of 2 and 4.
  const auto two = cycle(triangles(2, 1, 4, 10));
  REQUIRE(two);
  CHECK(two->ticks == 60);
  CHECK(two->resources[0].busy == 40);
  CHECK(two->resources[1].busy == 60);
  // Of three slots the first does rows of 1 and 4, the second those of 2 and 5, the third one of 3.
  const auto three = cycle(triangles(3, 1, 5, 10));
  REQUIRE(three);
  CHECK(three->ticks == 70);
  CHECK(three->resources[0].busy == 50);
  CHECK(three->resources[1].busy == 70);
  CHECK(three->resources[2].busy == 30);
  // Of two that free at once (1 and 2 at 30, 0 and 1 at 50) the one with the smaller number goes
  // first.
  const auto tied = cycle(triangles(3, 2, 4, 10));
  REQUIRE(tied);
  CHECK(tied->resources[0].busy == Wide{10 + 40 + 40});
  CHECK(tied->resources[1].busy == Wide{20 + 10 + 20});
  CHECK(tied->resources[2].busy == Wide{30 + 30});
}

TEST_CASE("rows that are all alike are skipped, whatever slot does them", "[sim]") {
  auto schedule = triangles(3, 7, 1000, 10);
  for (auto& task : schedule.sections.front().tasks) {
    task.guards.clear();
  }
  const auto totals = cycle(schedule);
  REQUIRE(totals);
  CHECK(totals->einsumBusy[0] == Wide{7} * 1000 * 1000 * 10);
  CHECK(totals->ticks == Wide{(7000 + 2) / 3} * 1000 * 10);
  CHECK(totals->instances < 50'000);
}

TEST_CASE("a barrier in a nest that is entered again holds its units back again", "[sim]") {
  Schedule schedule;
  schedule.resources = {{"fast", false, 1, 1}, {"slow", false, 1, 1}};
  schedule.einsums = {"a", "b"};
  Section section;
  section.name = "nested";
  section.loops = {{"p", 3, false}, {"m", 2, false}};
  section.barriers = {{2, 0, 0}};
  for (int unit = 0; unit < 2; ++unit) {
    const std::int64_t ticks = unit == 0 ? 1 : 5;
    section.tasks.push_back(
        {"x", Task::Kind::Compute, unit, unit, {0, 1}, {}, {}, {ticks, {}, 1}, {}, {}});
    section.blocks.push_back(
        {{1}, {{Item::Kind::Task, unit, 0, {}}, {Item::Kind::Barrier, 0, 0, {}}}, 0});
    section.blocks.push_back({{0}, {{Item::Kind::Block, 2 * unit, 0, {}}}, 0});
    section.streams.push_back({unit, 2 * unit + 1, -1});
  }
  schedule.sections = {section};
  const auto totals = cycle(schedule);
  REQUIRE(totals);
  CHECK(totals->ticks == 30);
  const auto waited = static_cast<std::size_t>(Wait::Sync);
  CHECK(totals->resources[0].waits[waited] == 24); // not only in the first entry
}

TEST_CASE("dispatched loops that no slot could share are refused", "[sim]") {
  auto noSlot = triangles(1, 1, 2, 1);
  noSlot.sections.front().streams.front().slot = -1;
  CHECK(problemsOf(noSlot) == "rows: error: rows: block 1 has dispatched loops, so it must be the "
                              "root of a stream of a slot, and "
                              "without stages\n");
  auto other = triangles(2, 1, 2, 1);
  other.sections.front().blocks[3].loops = {1};
  CHECK(problemsOf(other) ==
        "rows: error: rows: block 3 is the root of a stream of slot 1, but its loops are "
        "not the dispatched ones of all slots\n");
  auto staged = triangles(1, 1, 2, 1);
  staged.sections.front().blocks[1].lastStage = 1;
  CHECK(problemsOf(staged) == "rows: error: rows: block 1 has dispatched loops, so it must be the "
                              "root of a stream of a slot, and "
                              "without stages\n");
  auto pinned = triangles(1, 1, 2, 1);
  pinned.sections.front().blocks[0].items.front().pins = {{1, true}};
  CHECK(problemsOf(pinned) ==
        "rows: error: rows: block 0 pins a task to one trip of the dispatched loop p\n");
}

#include "sim/merge.hpp"
#include "sim/totals.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::sim;
using At = Edge::Source::At;

namespace {

/// Batches, heads and tiles: a maker, and a user of what it makes.
Section section() {
  Section made;
  made.name = "merge";
  made.loops = {{"b", 2, false}, {"h", 3, false}, {"i", 4, false}};
  made.extents = {{15, 4, {{2, 4}}}};
  Task make{"make", Task::Kind::Compute, 0, 0, {0, 1, 2}, {}, {}, {5, {{0, 1}}, 1}, {}, {}};
  Task use{"use", Task::Kind::Compute, 1, 1, {0, 1, 2}, {}, {}, {7, {}, 1}, {}, {}};
  Edge data;
  data.producer = 0;
  data.sources = {{At::Same, 0, 0}, {At::Same, 1, 0}, {At::Same, 2, 0}};
  use.needs = {data};
  Edge space = data;
  space.producer = 1;
  space.kind = Edge::Kind::Space;
  space.lagLoops = {0, 1, 2};
  space.lag = 2;
  make.needs = {space};
  made.tasks = {make, use};
  made.blocks = {{{0, 1, 2}, {{Item::Kind::Task, 0, 0, {}}}, 0},
                 {{0, 1, 2}, {{Item::Kind::Task, 1, 0, {}}}, 0}};
  made.streams = {{0, 0, -1}, {1, 1, -1}};
  return made;
}

std::int64_t ticksOf(const Section& made) {
  Schedule schedule;
  schedule.resources = {{"maker", false, 1, 1}, {"user", false, 1, 1}};
  schedule.einsums = {"make", "use"};
  schedule.sections = {made};
  const auto totals = cycle(schedule);
  REQUIRE(totals.has_value());
  return static_cast<std::int64_t>(totals->ticks);
}

std::vector<int> loopsAfter(Section made) {
  const auto before = ticksOf(made);
  mergeLoops(made);
  CHECK(ticksOf(made) == before);
  return made.blocks.front().loops;
}

} // namespace

TEST_CASE("batches and heads become one loop of both", "[sim]") {
  auto made = section();
  const auto before = ticksOf(made);
  mergeLoops(made);
  CHECK(made.blocks[0].loops == std::vector<int>{1, 2});
  CHECK(made.blocks[1].loops == std::vector<int>{1, 2});
  CHECK(made.loops[1].trips == 6);
  CHECK(made.loops[1].variable == "b*h");
  CHECK(made.tasks[0].loops == std::vector<int>{1, 2});
  REQUIRE(made.tasks[1].needs[0].sources.size() == 2);
  CHECK(made.tasks[1].needs[0].sources[0].loop == 1);
  CHECK(made.tasks[0].needs[0].lagLoops == std::vector<int>{1, 2});
  CHECK(ticksOf(made) == before);
}

TEST_CASE("without short tiles all three loops become one", "[sim]") {
  auto made = section();
  made.extents = {{4, 4, {}}};
  CHECK(loopsAfter(made) == std::vector<int>{2});
}

TEST_CASE("loops that an extent, a guard or a pin looks at stay apart", "[sim]") {
  const std::vector<int> apart{0, 1, 2};
  auto extent = section();
  extent.extents[0].terms.push_back({1, 1});
  CHECK(loopsAfter(extent) == apart);
  auto guard = section();
  guard.tasks[0].guards = {{1, {{0, -1}}, {}}};
  CHECK(loopsAfter(guard) == apart);
  auto pin = section();
  pin.tasks[0].loops = {0, 2};
  pin.tasks[0].needs.clear();
  pin.tasks[1].needs[0].sources = {{At::Same, 0, 0}, {At::Same, 2, 0}};
  pin.blocks[0].items[0].pins = {{1, false}};
  CHECK(loopsAfter(pin) == apart);
}

TEST_CASE("loops of which a need takes only one, or the one before, stay apart", "[sim]") {
  const std::vector<int> apart{0, 1, 2};
  auto shifted = section();
  shifted.tasks[1].needs[0].sources[1].shift = 1;
  CHECK(loopsAfter(shifted) == apart);
  auto first = section();
  first.tasks[1].needs[0].sources[1] = {At::First, 1, 0};
  CHECK(loopsAfter(first) == apart);
  auto lag = section();
  lag.tasks[0].needs[0].lagLoops = {1, 2};
  CHECK(loopsAfter(lag) == apart);
}

TEST_CASE("dispatched loops stay apart", "[sim]") {
  auto made = section();
  made.loops[0].dispatched = true;
  auto copy = made;
  mergeLoops(copy);
  CHECK(copy.blocks[0].loops == std::vector<int>{0, 1, 2});
}

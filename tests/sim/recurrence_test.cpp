#include "sim/recurrence.hpp"
#include "sim/totals.hpp"

#include <catch2/catch.hpp>

using namespace einsight::sim;
using At = Edge::Source::At;

namespace {

constexpr std::int64_t kIterations = 3 * 10;

/// A maker (7 ticks) and a user (5 ticks) of tiles, with a buffer of `slots` tiles between them;
/// a tile takes `latency` ticks to reach the user.
Schedule buffered(std::int64_t slots, std::int64_t latency) {
  Schedule schedule;
  schedule.resources = {{"maker", false, 1, 1}, {"user", false, 1, 1}};
  schedule.einsums = {"make", "use"};
  Section section;
  section.name = "buffer";
  section.loops = {{"h", 3, false}, {"i", kIterations / 3, false}};
  section.tasks = {{"make", Task::Kind::Compute, 0, 0, {0, 1}, {}, {}, {7, {}, 1}, {}, {}},
                   {"use", Task::Kind::Compute, 1, 1, {0, 1}, {}, {}, {5, {}, 1}, {}, {}}};
  Edge data;
  data.sources = {{At::Same, 0, 0}, {At::Same, 1, 0}};
  data.latency = latency;
  auto space = data;
  space.kind = Edge::Kind::Space;
  space.producer = 1;
  space.lagLoops = {0, 1};
  space.lag = slots;
  space.latency = 0;
  section.tasks[0].needs = {space};
  section.tasks[1].needs = {data};
  section.blocks = {{{0, 1}, {{Item::Kind::Task, 0, 0, {}}}, 0},
                    {{0, 1}, {{Item::Kind::Task, 1, 0, {}}}, 0}};
  section.streams = {{0, 0, -1}, {1, 1, -1}};
  schedule.sections = {section};
  return schedule;
}

Wide boundOf(const Schedule& schedule) {
  const auto bound = recurrenceTicks(schedule, schedule.sections.front());
  const auto exact = cycle(schedule);
  REQUIRE(exact);
  CHECK(bound <= exact->ticks);
  return bound;
}

} // namespace

TEST_CASE("a buffer of one tile makes its maker and its user take turns", "[sim]") {
  CHECK(boundOf(buffered(1, 0)) == (kIterations - 1) * (7 + 5));
  CHECK(boundOf(buffered(1, 4)) == (kIterations - 1) * (7 + 4 + 5));
}

TEST_CASE("the circle with the most time per iteration bounds the run", "[sim]") {
  CHECK(boundOf(buffered(2, 0)) == (kIterations - 1) * 7); // the maker alone: 12 / 2 is less
  CHECK(boundOf(buffered(2, 10)) == (kIterations - 2) / 2 * (7 + 10 + 5));
  CHECK(boundOf(buffered(4, 100)) == (kIterations - 4) / 4 * (7 + 100 + 5));
}

TEST_CASE("what does not run everywhere is no part of a circle", "[sim]") {
  auto schedule = buffered(1, 0);
  schedule.sections.front().tasks[1].guards = {{5, {{1, -1}}, {}}};
  CHECK(boundOf(schedule) == (kIterations - 1) * 7);
}

TEST_CASE("lines of a pipeline that wait for the iteration before follow each other", "[sim]") {
  auto schedule = buffered(1, 0);
  auto& section = schedule.sections.front();
  section.tasks[1].resource = 0; // one stream: the user works on the iteration before
  section.tasks[0].needs.clear();
  section.blocks = {{{0, 1}, {{Item::Kind::Task, 0, 0, {}}, {Item::Kind::Task, 1, 1, {}}}, 1}};
  section.streams = {{0, 0, -1}};
  CHECK(boundOf(schedule) == (kIterations - 2) * (7 + 5));
}

TEST_CASE("the bound with recurrences is the larger one", "[sim]") {
  const auto schedule = buffered(2, 10);
  CHECK(analytic(schedule).ticks == kIterations * 7);
  CHECK(analytic(schedule, true).ticks == (kIterations - 2) / 2 * 22);
}

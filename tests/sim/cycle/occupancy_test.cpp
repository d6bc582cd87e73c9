#include "sim/cycle/held.hpp"
#include "sim/merge.hpp"
#include "tests/sim/held_recorder.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::sim;
using namespace einsight::sim::test;

namespace {

using At = Edge::Source::At;
using Changes = std::map<std::int64_t, double>;

/// Tiles of K are loaded (10 ticks) and used (20 ticks) in `rows` rows of 4 tiles, of which the
/// last is short: 100 bytes, then 60. Two places. A use may start when its tile came; the place is
/// known to be free `latency` ticks after the use.
struct Tiles {
  Schedule schedule;
  Holdings holdings;

  explicit Tiles(std::int64_t rows = 1, std::int64_t latency = 0) {
    schedule.resources = {{"array", false, 1, 1}, {"dram", true, 1, 1}};
    schedule.einsums = {"QK"};
    Section section;
    section.name = "rows";
    section.loops = {{"p", rows, false}, {"m", 4, false}};
    section.extents = {{36, 10, {{1, 10}}}};
    section.tasks = {task("K", Task::Kind::Load, 1, 10), task("QK", Task::Kind::Compute, 0, 20)};
    section.tasks[1].einsum = 0;
    section.tasks[1].needs = {edge(0, Edge::Kind::Bandwidth)};
    section.tasks[0].needs = {edge(1, Edge::Kind::Space)};
    section.tasks[0].needs[0].lagLoops = {0, 1};
    section.tasks[0].needs[0].lag = 2;
    section.tasks[0].needs[0].latency = latency;
    section.blocks = {{{0, 1}, {{Item::Kind::Task, 0, 0, {}}}, 0},
                      {{0, 1}, {{Item::Kind::Task, 1, 0, {}}}, 0}};
    section.streams = {{1, 0, -1}, {0, 1, -1}};
    schedule.sections = {section};
    auto use = edge(1, Edge::Kind::Space);
    use.latency = latency;
    holdings.memories = {{{"buffer"}, 200, false}};
    holdings.sections = {{{0, "K", {0, 1}, {10, {{0, 1}}, 1}, {0}, {use}}}};
  }

  static Task task(const std::string& name, Task::Kind kind, int resource, std::int64_t ticks) {
    Task made;
    made.name = name;
    made.kind = kind;
    made.resource = resource;
    made.loops = {0, 1};
    made.extents = {0};
    made.ticks = {ticks, {}, 1};
    return made;
  }
  static Edge edge(int producer, Edge::Kind kind) {
    Edge made;
    made.kind = kind;
    made.producer = producer;
    made.sources = {{At::Same, 0, 0}, {At::Same, 1, 0}};
    return made;
  }
  /// Ticks of all.
  std::int64_t run(results::Waveform& waveform, bool skip = true) const {
    CycleOptions options;
    options.skip = skip;
    options.waveform = &waveform;
    const auto totals = cycle(schedule, options, holdings);
    if (!totals) {
      FAIL(core::render(totals.error()));
    }
    return static_cast<std::int64_t>(totals->ticks);
  }
};

} // namespace

TEST_CASE("a place is held from the start of its load to the end of its use", "[sim]") {
  HeldRecorder recorder;
  CHECK(Tiles().run(recorder) == 10 + 4 * 20);
  // Loads at 0, 10, 30 and 50; uses end at 30, 50, 70 and 90; the last tile has 60 bytes.
  CHECK(recorder.held["buffer"] == Changes{{0, 100}, {10, 200}, {50, 160}, {70, 60}, {90, 0}});
}

TEST_CASE("a place is free when those who fill it know of it", "[sim]") {
  HeldRecorder recorder;
  CHECK(Tiles(1, 3).run(recorder) == 10 + 4 * 20 + 3);
  // Places are free at 33 and 53, when the next loads start, at 73 and at 93.
  CHECK(recorder.held["buffer"] == Changes{{0, 100}, {10, 200}, {53, 160}, {73, 60}, {93, 0}});
}

TEST_CASE("what is masked is neither loaded nor held", "[sim]") {
  Tiles tiles(2);
  for (auto& task : tiles.schedule.sections[0].tasks) {
    task.guards = {{1, {{0, 1}, {1, -1}}, {}}}; // m <= p + 1: two tiles, then three
  }
  HeldRecorder recorder;
  // The first tile of the second row waits until the array has passed the first row, at 50.
  CHECK(tiles.run(recorder) == 10 + 2 * 20 + 10 + 3 * 20);
  CHECK(recorder.area("buffer") == 100 * (30 + 40 + 30 + 40 + 40));
  CHECK(recorder.largest("buffer") == 200);
}

TEST_CASE("tiles that are kept while a loop around them goes on come once", "[sim]") {
  Tiles tiles(3);
  auto& section = tiles.schedule.sections[0];
  section.tasks[0].loops = {1}; // all of K stays, for every row
  section.tasks[0].needs.clear();
  section.tasks[1].needs[0].sources = {{At::Same, 1, 0}};
  section.blocks[0].loops = {1};
  auto& hold = tiles.holdings.sections[0][0];
  hold.loops = {1};
  hold.users[0].sources = {{At::Last, 0, 0}, {At::Same, 1, 0}};
  HeldRecorder recorder;
  CHECK(tiles.run(recorder) == 10 + 12 * 20);
  const Changes expected{{0, 100},   {10, 200},  {20, 300}, {30, 360},
                         {190, 260}, {210, 160}, {230, 60}, {250, 0}};
  CHECK(recorder.held["buffer"] == expected);
}

TEST_CASE("what a window shows of the memories is the same whether periods before it are skipped",
          "[sim]") {
  const Tiles tiles(1000, 3);
  HeldRecorder whole;
  const auto ticks = tiles.run(whole);
  const HeldRecorder::Window window{ticks / 2, ticks / 2 + 500};
  HeldRecorder part(window);
  CHECK(tiles.run(part) == ticks);
  CHECK(part.turns.size() < whole.turns.size() / 2);
  for (auto tick = window.first; tick < window.second; ++tick) {
    REQUIRE(part.at("buffer", tick) == whole.at("buffer", tick));
  }
  CHECK(std::prev(part.held["buffer"].end())->second == 0);
}

TEST_CASE("tiles that only some of the merged loops tell apart keep the loops apart", "[sim]") {
  Tiles alike(3);
  alike.schedule.sections[0].extents = {{10, 10, {}}};
  auto section = alike.schedule.sections[0];
  mergeLoops(section, alike.holdings.sections[0]);
  CHECK(section.tasks[0].loops == std::vector<int>{1});
  CHECK(alike.holdings.sections[0][0].loops == std::vector<int>{1});
  CHECK(alike.holdings.sections[0][0].users[0].sources.size() == 1);

  Tiles apart(3);
  apart.schedule.sections[0].extents = {{10, 10, {}}};
  apart.holdings.sections[0][0].loops = {1};
  section = apart.schedule.sections[0];
  mergeLoops(section, apart.holdings.sections[0]);
  CHECK(section.tasks[0].loops == std::vector<int>{0, 1});
}

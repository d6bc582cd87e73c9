#include "sim/totals.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

using namespace einsight;
using namespace einsight::sim;
using At = Edge::Source::At;

namespace {

/// Fixed work.
Amount fixed(std::int64_t ticks) {
  return {ticks, {}, 1};
}

Edge same(int producer, std::vector<int> loops, Edge::Kind kind = Edge::Kind::Data) {
  Edge edge;
  edge.kind = kind;
  edge.producer = producer;
  for (const int loop : loops) {
    edge.sources.push_back({At::Same, loop, 0});
  }
  return edge;
}

std::int64_t ticks(const Schedule& schedule, bool skip = true) {
  CycleOptions options;
  options.skip = skip;
  const auto totals = cycle(schedule, options);
  if (!totals) {
    FAIL(core::render(totals.error()));
  }
  return static_cast<std::int64_t>(totals->ticks);
}

/// Two streaming multiprocessors take CTAs of unequal length as they become free.
Schedule toyGpu(std::int64_t ctas) {
  Schedule schedule;
  schedule.resources = {{"sm0", false, 1, 1}, {"sm1", false, 1, 1}};
  schedule.einsums = {"QK", "AV"};
  Section section;
  section.name = "kernel";
  section.loops = {{"cta", ctas, true}, {"m", 4, false}};
  section.extents = {{ctas, 1000, {{0, 1}}}}; // the first CTA is the longest
  for (int sm = 0; sm < 2; ++sm) {
    const Amount work{1, {{0, 1}}, 1};
    Task qk{"QK", Task::Kind::Compute, 0, sm, {0, 1}, {}, {}, work, {}, {}};
    Task av{"AV", Task::Kind::Compute, 1, sm, {0, 1}, {}, {}, work, {}, {}};
    av.needs = {same(2 * sm, {0, 1})};
    section.tasks.push_back(qk);
    section.tasks.push_back(av);
    section.blocks.push_back({{0}, {{Item::Kind::Block, 2 + sm, 0, {}}}, 0});
  }
  for (int sm = 0; sm < 2; ++sm) {
    section.blocks.push_back(
        {{1}, {{Item::Kind::Task, 2 * sm, 0, {}}, {Item::Kind::Task, 2 * sm + 1, 0, {}}}, 0});
    section.streams.push_back({sm, sm, sm});
  }
  schedule.sections = {section};
  return schedule;
}

/// Two devices pass their keys around: compute on what is here while it travels to the neighbour.
Schedule ring(std::int64_t steps, std::int64_t compute, std::int64_t link) {
  Schedule schedule;
  schedule.resources = {
      {"gpu0", false, 1, 1}, {"gpu1", false, 1, 1}, {"link01", true, 1, 1}, {"link10", true, 1, 1}};
  schedule.einsums = {"attention"};
  Section section;
  section.name = "ring";
  section.loops = {{"step", steps, false}};
  for (int device = 0; device < 2; ++device) {
    section.tasks.push_back(
        {"attention", Task::Kind::Compute, 0, device, {0}, {}, {}, fixed(compute), {}, {}});
  }
  for (int device = 0; device < 2; ++device) {
    section.tasks.push_back(
        {"keys", Task::Kind::Load, -1, 2 + device, {0}, {}, {}, fixed(link), {}, {}});
  }
  for (int device = 0; device < 2; ++device) {
    auto arrived = same(2 + (1 - device), {0}, Edge::Kind::Bandwidth);
    arrived.sources[0].shift = 1; // keys of this step left the neighbour in the step before
    section.tasks[static_cast<std::size_t>(device)].needs = {arrived};
    auto received = arrived;
    section.tasks[static_cast<std::size_t>(2 + device)].needs = {received};
  }
  for (int t = 0; t < 4; ++t) {
    section.blocks.push_back({{0}, {{Item::Kind::Task, t, 0, {}}}, 0});
    section.streams.push_back({t, t, -1});
  }
  schedule.sections = {section};
  return schedule;
}

/// A producer and a consumer with a buffer of `slots` tiles between them.
Schedule buffered(std::int64_t trips, std::int64_t make, std::int64_t use, std::int64_t slots) {
  Schedule schedule;
  schedule.resources = {{"maker", false, 1, 1}, {"user", false, 1, 1}};
  schedule.einsums = {"make", "use"};
  Section section;
  section.name = "buffer";
  section.loops = {{"h", 3, false}, {"i", trips, false}};
  section.tasks = {{"make", Task::Kind::Compute, 0, 0, {0, 1}, {}, {}, fixed(make), {}, {}},
                   {"use", Task::Kind::Compute, 1, 1, {0, 1}, {}, {}, fixed(use), {}, {}}};
  auto space = same(1, {0, 1}, Edge::Kind::Space);
  space.lagLoops = {0, 1};
  space.lag = slots;
  section.tasks[0].needs = {space};
  section.tasks[1].needs = {same(0, {0, 1})};
  section.blocks = {{{0, 1}, {{Item::Kind::Task, 0, 0, {}}}, 0},
                    {{0, 1}, {{Item::Kind::Task, 1, 0, {}}}, 0}};
  section.streams = {{0, 0, -1}, {1, 1, -1}};
  schedule.sections = {section};
  return schedule;
}

/// Loads of A and B on one port, in turns of `quantum` ticks (0: each as a whole), and work that
/// needs B; `before` ticks of work come before the load of B.
Schedule shared(std::int64_t a, std::int64_t b, std::int64_t quantum, std::int64_t before) {
  Schedule schedule;
  schedule.resources = {{"port", true, 1, 1}, {"early", false, 1, 1}, {"late", false, 1, 1}};
  schedule.resources.front().quantum = quantum;
  schedule.einsums = {"first", "last"};
  Section section;
  section.name = "shared";
  section.loops = {{"i", 1, false}};
  section.tasks = {{"A", Task::Kind::Load, -1, 0, {0}, {}, {}, fixed(a), {}, {}},
                   {"B", Task::Kind::Load, -1, 0, {0}, {}, {}, fixed(b), {}, {}},
                   {"first", Task::Kind::Compute, 0, 1, {0}, {}, {}, fixed(before), {}, {}},
                   {"last", Task::Kind::Compute, 1, 2, {0}, {}, {}, fixed(70), {}, {}}};
  section.tasks[1].needs = {same(2, {0})};
  section.tasks[3].needs = {same(1, {0}, Edge::Kind::Bandwidth)};
  const int resources[] = {0, 0, 1, 2};
  for (int t = 0; t < 4; ++t) {
    section.blocks.push_back({{0}, {{Item::Kind::Task, t, 0, {}}}, 0});
    section.streams.push_back({resources[t], t, -1});
  }
  schedule.sections = {section};
  return schedule;
}

/// Ticks of the critical path: of "first", "last", transfers, and waits.
std::vector<std::int64_t> pathOf(const Schedule& schedule) {
  const auto totals = cycle(schedule);
  REQUIRE(totals);
  return {totals->path.begin(), totals->path.end()};
}

} // namespace

TEST_CASE("a transfer that was ready while the port served another is there because of that one",
          "[sim]") {
  CHECK(pathOf(shared(20, 5, 0, 3)) == std::vector<std::int64_t>{0, 70, 25, 0});
  CHECK(pathOf(shared(20, 5, 0, 30)) ==
        std::vector<std::int64_t>{30, 70, 5, 0}); // the port is free
  CHECK(pathOf(shared(20, 5, 0, 20)) == std::vector<std::int64_t>{20, 70, 5, 0}); // just then
}

TEST_CASE("in turns, a transfer is there because of the turn that ends when it starts", "[sim]") {
  // A holds the port to 8, B to 12, A to 16, B to 17.
  CHECK(pathOf(shared(20, 5, 4, 6)) == std::vector<std::int64_t>{0, 70, 17, 0});
  // Ready as A's second turn ends, B comes after the third: A to 12, B to 16, A to 20, B to 21.
  CHECK(pathOf(shared(20, 5, 4, 8)) == std::vector<std::int64_t>{0, 70, 21, 0});
}

TEST_CASE("a task that is ready before its operand is seen is there because of the operand",
          "[sim]") {
  auto schedule = buffered(100, 4, 2, 17);
  schedule.sections[0].tasks[1].needs[0].latency = 3;
  // The user's task before ends after the maker's, but what it waits for is the maker's.
  CHECK(pathOf(schedule) == std::vector<std::int64_t>{300 * 4, 2, 0, 3});
}

TEST_CASE("what takes more time than can be counted is told, not taken for a deadlock", "[sim]") {
  Schedule schedule;
  schedule.resources = {{"unit", false, 1, 1}};
  schedule.einsums = {"X"};
  Section section;
  section.name = "all";
  section.loops = {{"i", 1, false}};
  for (const auto ticks : {std::int64_t{10}, std::numeric_limits<std::int64_t>::max()}) {
    section.tasks.push_back({"X", Task::Kind::Compute, 0, 0, {0}, {}, {}, fixed(ticks), {}, {}});
  }
  section.blocks = {{{0}, {{Item::Kind::Task, 0, 0, {}}, {Item::Kind::Task, 1, 0, {}}}, 0}};
  section.streams = {{0, 0, -1}};
  schedule.sections = {section};
  const auto totals = cycle(schedule, {});
  REQUIRE_FALSE(totals);
  CHECK(core::render(totals.error()).find("more time than can be simulated") != std::string::npos);
  CHECK(ticks(toyGpu(2)) > 0); // the next one runs
}

TEST_CASE("CTAs go to the multiprocessor that frees first", "[sim]") {
  // Lengths 8 * (4, 3, 2, 1): sm0 takes 4 then 1, sm1 takes 3 then 2.
  CHECK(ticks(toyGpu(4)) == 8 * 5);
  CHECK(ticks(toyGpu(1)) == 8);
  CHECK(static_cast<std::int64_t>(analytic(toyGpu(4)).ticks) <= 8 * 5);
}

TEST_CASE("thousands of CTAs are dealt out one by one, also when early ones are forgotten",
          "[sim]") {
  constexpr std::int64_t kCtas = 5000;
  std::int64_t busyUntil[2] = {0, 0};
  for (std::int64_t cta = 0; cta < kCtas; ++cta) {
    auto& first = busyUntil[0] <= busyUntil[1] ? busyUntil[0] : busyUntil[1];
    first += 8 * std::min<std::int64_t>(1000, kCtas - cta);
  }
  CHECK(ticks(toyGpu(kCtas)) == std::max(busyUntil[0], busyUntil[1]));
  CHECK(ticks(toyGpu(kCtas), false) == std::max(busyUntil[0], busyUntil[1]));
}

TEST_CASE("a ring hides its transfers behind its compute, and the other way round", "[sim]") {
  CHECK(ticks(ring(5, 100, 60)) == 5 * 100);
  CHECK(ticks(ring(5, 60, 100)) == 4 * 100 + 100);
}

TEST_CASE("with one slot producer and consumer take turns, with two they overlap", "[sim]") {
  CHECK(ticks(buffered(100, 7, 5, 1)) == 300 * 12);
  CHECK(ticks(buffered(100, 7, 5, 2)) == 300 * 7 + 5);
  CHECK(ticks(buffered(100, 5, 7, 2)) == 300 * 7 + 5);
}

TEST_CASE("skipping repeated periods changes nothing but the number of simulated instances",
          "[sim]") {
  for (const std::int64_t slots : {1, 2, 3, 17}) {
    for (const std::int64_t trips : {1, 2, 16, 1000}) {
      const auto schedule = buffered(trips, 7, 5, slots);
      CycleOptions plain;
      plain.skip = false;
      const auto skipped = cycle(schedule);
      const auto unskipped = cycle(schedule, plain);
      REQUIRE(skipped);
      REQUIRE(unskipped);
      CHECK(skipped->ticks == unskipped->ticks);
      for (std::size_t r = 0; r < 2; ++r) {
        CHECK(skipped->resources[r].busy == unskipped->resources[r].busy);
        CHECK(skipped->resources[r].waits == unskipped->resources[r].waits);
      }
      const auto sum = [](const std::vector<Wide>& path) {
        return static_cast<std::int64_t>(std::accumulate(path.begin(), path.end(), Wide{0}));
      };
      CHECK((skipped->path == unskipped->path));
      CHECK(sum(skipped->path) == static_cast<std::int64_t>(skipped->ticks));
      CHECK((trips < 100 || skipped->instances < 1000));
    }
  }
}

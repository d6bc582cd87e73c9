#include "random_schedule.hpp"
#include "sim/schedule.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::sim;
using namespace einsight::sim::test;
using At = Edge::Source::At;

namespace {

/// A producer in loops h and i, and what a consumer in the same loops needs of it.
struct Need {
  Section section;
  Edge edge;

  Need() {
    section.loops = {{"h", 3, false}, {"i", 4, false}, {"j", 5, false}};
    section.tasks.resize(1);
    section.tasks[0].loops = {0, 1};
    edge.sources = {{At::Same, 0, 0}, {At::Same, 1, 0}};
  }
  [[nodiscard]] std::int64_t at(std::int64_t h, std::int64_t i, std::int64_t j = 0) const {
    return needed(section, edge, {h, i, j});
  }
};

} // namespace

TEST_CASE("an iteration's number and its counters say the same", "[sim]") {
  CHECK(rc::check("encode and decode", [] {
    Section section;
    std::vector<int> loops;
    for (int loop = 0; loop < 4; ++loop) {
      section.loops.push_back({"l", drawn(1, 6), false});
      if (drawnCoin()) {
        loops.insert(loops.begin() + drawn(0, static_cast<std::int64_t>(loops.size())), loop);
      }
    }
    const auto all = iterations(section, loops);
    const auto number = drawn(0, all - 1);
    Digits digits(4, 0);
    decode(section, loops, number, digits);
    RC_ASSERT(encode(section, loops, digits) == number);
    for (const int loop : loops) {
      const auto at = static_cast<std::size_t>(loop);
      RC_ASSERT(digits[at] >= 0 && digits[at] < section.loops[at].trips);
    }
  }));
}

TEST_CASE("a tile is whole, short, or empty", "[sim]") {
  const Extent extent{10, 4, {{0, 4}}};
  CHECK(value(extent, {0}) == 4);
  CHECK(value(extent, {1}) == 4);
  CHECK(value(extent, {2}) == 2);
  CHECK(value(extent, {3}) == 0);
}

TEST_CASE("an amount rounds up its parts, then the whole", "[sim]") {
  Section section;
  section.loops = {{"i", 3, false}};
  section.extents = {{10, 4, {{0, 4}}}, {7, 7, {}}};
  const Amount amount{3, {{0, 3}, {1, 1}}, 4};
  CHECK(value(section, amount, {0}) == (3 * 2 * 7 + 3) / 4); // ceil(4/3) = 2; 42/4 = 10.5 -> 11
  CHECK(value(section, amount, {2}) == (3 * 1 * 7 + 3) / 4); // 21/4 = 5.25 -> 6
}

TEST_CASE("a guard holds from the first tile with a point that attends", "[sim]") {
  Section section;
  section.loops = {{"m", 4, false}, {"p", 4, false}};
  section.extents = {{16, 4, {{1, 4}}}};
  Task task;
  task.loops = {0, 1};
  task.guards = {{0, {{0, -8}, {1, 4}}, {{0, 1}}}}; // first key of tile m <= last query of tile p
  CHECK_FALSE(runs(section, task, {1, 0}));         // key 8, queries 0..3
  CHECK_FALSE(runs(section, task, {1, 1}));         // key 8, queries 4..7
  CHECK(runs(section, task, {1, 2}));
  CHECK(runs(section, task, {0, 0}));
}

TEST_CASE("a consumer needs all instances up to its own", "[sim]") {
  const Need need;
  CHECK(need.at(0, 0) == 1);
  CHECK(need.at(0, 3) == 4);
  CHECK(need.at(2, 1) == 10);
}

TEST_CASE("a lag steps back over loops, and before the first iteration nothing is needed",
          "[sim]") {
  Need need;
  need.edge.lagLoops = {0, 1};
  need.edge.lag = 2;
  CHECK(need.at(0, 0) == 0);
  CHECK(need.at(0, 1) == 0);
  CHECK(need.at(0, 2) == 1);
  CHECK(need.at(1, 0) == 3); // from (0,2)
}

TEST_CASE("a shift steps back in one loop without carry", "[sim]") {
  Need need;
  need.edge.sources[1].shift = 1;
  CHECK(need.at(1, 0) == 0);
  CHECK(need.at(1, 1) == 5);
}

TEST_CASE("loops that the consumer does not have stand at their first or last trip", "[sim]") {
  Need need;
  need.edge.sources[1] = {At::Last, 1, 0};
  CHECK(need.at(1, 0) == 8);
  need.edge.sources[1] = {At::First, 1, 0};
  CHECK(need.at(1, 3) == 5);
  need.edge.sources[1] = {At::Same, 2, 0}; // another loop gives the counter
  CHECK(need.at(1, 0, 3) == 8);
}

#include "explore/gna/trips.hpp"
#include "mappings/gna/block_sparse.hpp"
#include "mappings/gna/count.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight;
namespace gna = einsight::mappings::gna;
using mappings::gpu::Trips;

namespace {

gna::Question ask(gna::QuestionShapes shapes, gna::KvTiling tiling = gna::KvTiling::Static,
                  bool flattened = false) {
  auto question = gna::makeQuestion(shapes, tiling, flattened, gna::optionPlace);
  REQUIRE(question);
  return std::move(*question);
}

/// The trips of a grid of `batch` sequences with some heads.
Trips tripsFor(const gna::Question& question, std::int64_t batch = 1, std::int64_t heads = 1) {
  gna::Heads all;
  all.batch = batch;
  all.heads = heads;
  const auto replace = explore::tripsOf(question, all);
  REQUIRE(replace);
  const auto grid = explore::gridOf(question);
  Trips trips;
  trips.order.assign(static_cast<std::size_t>(batch * heads * grid.groups * grid.qTiles), 0);
  return (*replace)("attention", std::move(trips));
}

struct Sums {
  std::int64_t visited = 0, masked = 0, most = 0;
};

Sums sumsOf(const Trips& trips) {
  Sums out;
  for (const auto kind : trips.order) {
    const auto& each = trips.kinds.at(static_cast<std::size_t>(kind));
    out.visited += each.iterations;
    out.masked += each.masked;
    out.most = std::max(out.most, each.iterations);
  }
  return out;
}

gna::Question randomQuestion() {
  const auto axes = static_cast<std::size_t>(*rc::gen::inRange(1, 4));
  gna::Question out;
  out.kvTiling = *rc::gen::element(gna::KvTiling::Static, gna::KvTiling::Dynamic);
  for (std::size_t x = 0; x < axes; ++x) {
    gna::AxisMask mask;
    mask.length = *rc::gen::inRange<std::int64_t>(1, 40);
    mask.dilation = *rc::gen::inRange<std::int64_t>(1, std::min<std::int64_t>(mask.length, 4) + 1);
    mask.window = *rc::gen::inRange<std::int64_t>(1, mask.length / mask.dilation + 1);
    mask.stride = *rc::gen::inRange<std::int64_t>(1, mask.window + 1);
    mask.causal = *rc::gen::arbitrary<bool>();
    out.axes.push_back(mask);
    out.qTile.push_back(*rc::gen::inRange<std::int64_t>(1, 9));
    out.kvTile.push_back(*rc::gen::inRange<std::int64_t>(1, 9));
  }
  return out;
}

} // namespace

TEST_CASE("CTAs visit the tiles that are counted, in every head", "[explore]") {
  CHECK(rc::check([] {
    const auto question = randomQuestion();
    const auto counts = gna::tally(question)->counts;
    const auto sums = sumsOf(tripsFor(question, 2, 3));
    RC_ASSERT(sums.visited == 6 * counts.visited);
    RC_ASSERT(sums.most == counts.visitedMost);
  }));
}

TEST_CASE("masks are applied to all visited tiles, or to none that needs none", "[explore]") {
  const auto masked = ask({{30, 48, 80}, {18, 24, 24}, {}, {}, {}, {4, 8, 8}, {2, 8, 8}});
  CHECK(sumsOf(tripsFor(masked)).masked == 82368);
  const auto sparse = gna::withStride(masked, {16, 8, 8});
  REQUIRE(gna::isFullyBlockSparse(sparse));
  CHECK(sumsOf(tripsFor(sparse)).masked == 0);
}

TEST_CASE("padded keys are masked once per tile of queries, even where windows need no mask",
          "[explore]") {
  const auto question = ask({{60}, {60}, {}, {}, {}, {16}, {16}});
  REQUIRE(gna::isFullyBlockSparse(question));
  const auto sums = sumsOf(tripsFor(question));
  CHECK(sums.visited == 16);
  CHECK(sums.masked == 4);
}

TEST_CASE("of 1-D tiles only those with a masked pair are masked", "[explore]") {
  const auto question =
      ask({{64, 64}, {16, 16}, {}, {}, {}, {64}, {64}}, gna::KvTiling::Static, true);
  const auto counts = gna::tally(question)->counts;
  const auto sums = sumsOf(tripsFor(question));
  CHECK(sums.visited == counts.visited);
  CHECK(sums.masked == counts.visited - counts.full);
}

TEST_CASE("every dilation group has its own tiles of queries and keys", "[explore]") {
  // Groups of 4, 3 and 3 tokens; causal, so that later queries see more.
  const auto question = ask({{10}, {3}, {}, {3}, {1}, {2}, {1}});
  const auto grid = explore::gridOf(question);
  CHECK(grid.groups == 3);
  CHECK(grid.qTiles == 2);
  CHECK(grid.kvTiles == 4);
  const auto trips = tripsFor(question);
  std::vector<std::int64_t> visited;
  for (const auto kind : trips.order) {
    visited.push_back(trips.kinds.at(static_cast<std::size_t>(kind)).iterations);
  }
  CHECK(visited == std::vector<std::int64_t>{2, 4, 2, 3, 2, 3});
}

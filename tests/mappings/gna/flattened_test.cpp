#include "mappings/gna/flattened.hpp"
#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings::gna;

TEST_CASE("1-D tiles are those with an unmasked pair, whatever the mask", "[gna]") {
  CHECK(rc::check([] {
    const auto question = test::randomQuestion(KvTiling::Static, true);
    const auto found = countFlattened(question);
    RC_ASSERT(found.has_value());
    const auto expected = test::bruteForce(question);
    RC_ASSERT(found->pairs == expected.pairs);
    RC_ASSERT(found->visited == expected.needed);
    RC_ASSERT(found->visitedMost == expected.neededMost);
    RC_ASSERT(found->full == expected.full);
    const auto tiles = visitsFlattened(question);
    RC_ASSERT(tiles.has_value());
    std::int64_t visited = 0;
    std::int64_t masked = 0;
    for (const auto& tile : *tiles) {
      visited += tile.visited;
      masked += tile.masked;
    }
    RC_ASSERT(static_cast<std::int64_t>(tiles->size()) == found->qTilesRun);
    RC_ASSERT(visited == found->visited);
    RC_ASSERT(masked == found->visited - found->full);
  }));
}

TEST_CASE("flattening a layout of several axes wastes most of the tiles", "[gna]") {
  const auto flat = tally(
      test::ask("16x44x80", "16x24x16", "1x8x16", "", "", "256", "128", KvTiling::Static, true));
  REQUIRE(flat.has_value());
  CHECK(flat->simSpeedup() == 1);
  CHECK(flat->counts.visited == 59264);
  CHECK_FALSE(flat->fullyBlockSparse);
}

TEST_CASE("a 1-D tiling that would take too long is refused", "[gna]") {
  const auto found = countFlattened(
      test::ask("512x512x512", "500x500x500", "", "", "", "64", "64", KvTiling::Static, true));
  REQUIRE_FALSE(found.has_value());
  CHECK(core::render(found.error()) ==
        "error: --tiling: counting 1-D tiles of this layout takes 5.9e+12 steps\n"
        "  help: at most 1.7e+10: use multi-dimensional tiling, or a smaller layout or window\n");
}

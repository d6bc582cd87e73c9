#include "mappings/gna/count.hpp"
#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight::mappings::gna;
using test::ask;

namespace {

Tally tallyOf(const Question& question) {
  const auto found = tally(question);
  REQUIRE(found.has_value());
  return *found;
}

} // namespace

TEST_CASE("self attention visits every tile and is fully block-sparse", "[gna]") {
  const auto found = tallyOf(ask("16x16", "16x16", "", "", "", "4x4", "4x8"));
  CHECK(found.counts.visited == 16 * 8);
  CHECK(found.counts.visitedMost == found.counts.kvTilesDense);
  CHECK(found.simSpeedup() == 1);
  CHECK(found.flopSpeedup() == 1);
  CHECK(found.wastedFraction() == 0);
  CHECK(found.fullyBlockSparse);
}

TEST_CASE("the worst tile of queries bounds the speedup, not the mean", "[gna]") {
  const auto found = tallyOf(ask("30x48x80", "18x24x24", "", "", "", "4x8x8", "2x8x8"));
  CHECK(found.counts.visitedMost == 275);
  CHECK(found.counts.visitedLeast == 81);
  CHECK(found.simSpeedup() == Approx(900.0 / 275));
  CHECK(found.meanSpeedup() == Approx(5.24476).epsilon(1e-5));
}

TEST_CASE("every pair that is computed is unmasked, padding, misaligned or at a border", "[gna]") {
  for (const auto tiling : {KvTiling::Static, KvTiling::Dynamic}) {
    CHECK(rc::check([&] {
      const auto found = tally(test::randomQuestion(tiling, false));
      RC_ASSERT(found.has_value());
      const auto parts = {found->paddingFraction(), found->misalignedFraction(),
                          found->borderFraction()};
      double sum = 0;
      for (const auto part : parts) {
        RC_ASSERT(part >= -1e-12);
        sum += part;
      }
      RC_ASSERT(std::abs(sum - found->wastedFraction()) < 1e-9);
    }));
  }
}

TEST_CASE("nothing is lost at borders or to misalignment where no mask is needed", "[gna]") {
  const auto found = tallyOf(ask("30x48x80", "18x24x24", "16x8x8", "", "", "4x8x8", "2x8x8"));
  CHECK(found.fullyBlockSparse);
  CHECK(found.misalignedFraction() == 0);
  CHECK(found.borderFraction() == 0);
  CHECK(found.paddingFraction() == Approx(1 - 15.0 / 16).epsilon(1e-12));
}

TEST_CASE("static tiles cover the brute force, which they exceed only through padding", "[gna]") {
  CHECK(rc::check([] {
    const auto question = test::randomQuestion(KvTiling::Static, false);
    const auto found = tally(question);
    RC_ASSERT(found.has_value());
    const auto expected = test::bruteForce(question);
    RC_ASSERT(found->counts.pairs == expected.pairs);
    RC_ASSERT(found->counts.needed == expected.needed);
    RC_ASSERT(found->counts.neededMost == expected.neededMost);
    RC_ASSERT(found->counts.full == expected.full);
    RC_ASSERT(found->counts.visited >= expected.needed);
    RC_ASSERT(found->counts.full <= found->counts.real);
    RC_ASSERT(found->counts.real <= found->counts.visited);
  }));
}

TEST_CASE("dynamic tiles need no more than one tile of keys in excess per axis", "[gna]") {
  CHECK(rc::check([] {
    const auto question = test::randomQuestion(KvTiling::Dynamic, false);
    const auto found = tally(question);
    RC_ASSERT(found.has_value());
    RC_ASSERT(found->counts.pairs == test::bruteForce(question).pairs);
    RC_ASSERT(found->counts.real == found->counts.visited);
    auto grid = question;
    grid.kvTiling = KvTiling::Static;
    const auto onGrid = tally(grid);
    RC_ASSERT(onGrid.has_value());
    RC_ASSERT(found->counts.visitedMost <= onGrid->counts.visitedMost);
  }));
}

TEST_CASE("the worst tile of queries is found without the other counts", "[gna]") {
  CHECK(rc::check([] {
    const auto tiling = *rc::gen::element(KvTiling::Static, KvTiling::Dynamic);
    const auto question = test::randomQuestion(tiling, false);
    const auto& axis = question.axes.front();
    RC_ASSERT(visitedMost(axis, question.qTile.front(), question.kvTile.front(), tiling) ==
              countAxis(axis, question.qTile.front(), question.kvTile.front(), tiling).visitedMost);
  }));
}

TEST_CASE("a million tiles of queries are counted one by one", "[gna]") {
  const auto found = tallyOf(ask("256M", "64K", "256", "", "", "256", "128"));
  CHECK(found.counts.qTilesRun == 1024 * 1024);
  CHECK(found.counts.visitedMost == 64 * 1024 / 128);
  CHECK(found.fullyBlockSparse);
}

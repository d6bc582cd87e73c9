#include "mappings/gna/block_sparse.hpp"
#include "mappings/gna/count.hpp"
#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <rapidcheck.h>

using namespace einsight::mappings::gna;
using test::ask;

TEST_CASE("no visited tile has a masked pair where a question is fully block-sparse", "[gna]") {
  CHECK(rc::check([] {
    const auto question = test::randomQuestion(KvTiling::Static, false);
    if (isFullyBlockSparse(question)) {
      const auto found = tally(question);
      RC_ASSERT(found.has_value());
      RC_ASSERT(found->counts.full == found->counts.real);
    }
  }));
}

TEST_CASE("tiles that no kernel ships are judged by their windows too", "[gna]") {
  CHECK_FALSE(isBlockSparse({5, 4, 1, 1, false}, 1, 2, KvTiling::Static));
  CHECK_FALSE(isBlockSparse({4, 3, 2, 1, false}, 2, 3, KvTiling::Static));
  CHECK(isBlockSparse({12, 6, 6, 1, false}, 3, 3, KvTiling::Static));
}

TEST_CASE("published strides are block-sparse and their neighbours are not", "[gna]") {
  CHECK(isFullyBlockSparse(ask("256x256", "80x80", "16x16", "", "", "16x16", "16x8")));
  CHECK_FALSE(isFullyBlockSparse(ask("256x256", "80x80", "16x1", "", "", "16x16", "16x8")));
  CHECK(isFullyBlockSparse(ask("30x48x80", "30x40x40", "1x32x8", "", "", "2x16x8", "2x8x8")));
  CHECK_FALSE(isFullyBlockSparse(ask("30x48x80", "30x40x40", "1x16x8", "", "", "2x16x8", "2x8x8")));
}

TEST_CASE("dilation is judged by the lengths of the groups", "[gna]") {
  CHECK(isFullyBlockSparse(ask("16x44x80", "16x12x16", "1x4x1", "1x1x5", "", "8x4x8", "4x4x8")));
  CHECK_FALSE(
      isFullyBlockSparse(ask("16x44x80", "16x12x16", "1x4x1", "1x1x4", "", "8x4x8", "4x4x8")));
}

TEST_CASE("the nearest block-sparse stride changes as little as it can", "[gna]") {
  CHECK(nearestBlockSparse(ask("32K", "2K", "", "", "", "256", "128")).value() == Shape{256});
  CHECK(nearestBlockSparse(ask("256x256", "80x80", "", "", "", "16x16", "16x8")).value() ==
        Shape{16, 16});
  CHECK(
      nearestBlockSparse(ask("30x48x80", "18x24x24", "15x9x7", "", "", "4x8x8", "2x8x8")).value() ==
      Shape{16, 8, 8});
}

TEST_CASE("no nearer stride is block-sparse", "[gna]") {
  CHECK(rc::check([] {
    const auto tiling = *rc::gen::element(KvTiling::Static, KvTiling::Dynamic);
    const auto question = test::randomQuestion(tiling, false);
    const auto nearest = nearestBlockSparse(question);
    for (std::size_t x = 0; x < question.axes.size(); ++x) {
      auto mask = question.axes[x];
      const auto own = mask.stride;
      for (mask.stride = 1; mask.stride <= mask.window; ++mask.stride) {
        const bool sparse = isBlockSparse(mask, question.qTile[x], question.kvTile[x], tiling);
        if (nearest) { // RC_ASSERT evaluates both sides of ||
          const auto best = (*nearest)[x];
          RC_ASSERT(!sparse || std::abs(mask.stride - own) >= std::abs(best - own));
          RC_ASSERT(mask.stride != best || sparse);
        }
      }
    }
  }));
}

TEST_CASE("where no stride is block-sparse every axis says why", "[gna]") {
  const auto found =
      nearestBlockSparse(ask("64x64x64", "10x16x30", "", "", "0x1x0", "4x4x40", "4x4x2"));
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error() ==
        std::vector<std::string>{
            "axis 1: the KV tile of 4 does not divide the window of 10",
            "axis 2: a causal axis always needs its mask",
            "axis 3: the Q tile of 40 is longer than the window of 30, which bounds the stride"});
  CHECK(nearestBlockSparse(ask("20", "8", "", "", "", "8", "8")).error() ==
        std::vector<std::string>{"axis 1: no stride from 1 to 8 lines the windows up with tiles of "
                                 "8 queries and 8 keys"});
}

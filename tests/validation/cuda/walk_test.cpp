#include "tests/validation/cuda/attention_case.hpp"
#include "validation/cuda/walk.hpp"

#include <catch2/catch.hpp>

namespace einsight::validation::cuda {
namespace {

/// Every pair that attends lies in a visited tile, every pair of a full tile attends, no tile is
/// visited twice; rows after the last query and padding do not count.
template <class Walk, int kRows, int kColumns>
void requireRight(const WalkShape& shape) {
  const int keyTiles = ceilDivide(shape.seqKv, kColumns);
  for (int qTile = 0; qTile < ceilDivide(shape.seqQ, kRows); ++qTile) {
    const Walk walk(shape, qTile);
    int wrong = 0;
    std::vector<int> state(static_cast<std::size_t>(keyTiles), 0); // 1: visited, 2: full
    for (int i = 0; i < walk.count(); ++i) {
      REQUIRE(walk.tile(i) >= 0);
      REQUIRE(walk.tile(i) < keyTiles);
      auto& mine = state[static_cast<std::size_t>(walk.tile(i))];
      REQUIRE(mine == 0);
      mine = walk.full(i) ? 2 : 1;
    }
    for (int row = qTile * kRows; row < smaller((qTile + 1) * kRows, shape.seqQ); ++row) {
      const bool padding = shape.mask.kind == MaskKind::Neighborhood &&
                           isPadding(shape.mask, placeOf(shape.mask, shape.mask.qTile, row));
      for (int key = 0; !padding && key < keyTiles * kColumns; ++key) {
        const bool pair =
            key < shape.seqKv && attends(shape.mask, shape.seqQ, shape.seqKv, row, key);
        const int mine = state[static_cast<std::size_t>(key / kColumns)];
        wrong += (pair && mine == 0) || (!pair && mine == 2) ? 1 : 0;
      }
    }
    REQUIRE(wrong == 0);
  }
}

} // namespace

TEST_CASE("a range of tiles has every pair of a dense, causal or window mask") {
  for (const auto kind : {MaskKind::Dense, MaskKind::Causal, MaskKind::Window}) {
    for (const int seqQ : {1, 15, 16, 40}) {
      for (const int seqKv : {1, 8, 23, 41}) {
        for (const int window : {1, 7, 8, 30}) {
          requireRight<RangeWalk<16, 8>, 16, 8>(sequence(kind, seqQ, seqKv, window));
        }
      }
    }
  }
}

TEST_CASE("a box of tiles has every pair of a neighborhood, and full ones need no mask") {
  for (const int window : {1, 3, 6, 9}) {
    for (const int stride : {1, 2, 3}) {
      if (stride <= window) {
        requireRight<BoxWalk<16, 8>, 16, 8>(
            layout({4, 9, 13}, {2, window, window}, {1, stride, stride}, {1, 4, 4}, {2, 2, 2}));
        requireRight<BoxWalk<16, 8>, 16, 8>(
            layout({1, 9, 33}, {1, window, 32}, {1, stride, stride}, {1, 2, 8}, {1, 1, 8}));
      }
    }
  }
}

TEST_CASE("rows of a partial tile are masked by the boxes that the reference asks for") {
  const auto shape = layout({4, 9, 13}, {2, 5, 6}, {1, 2, 3}, {1, 4, 4}, {2, 2, 2});
  int wrong = 0;
  for (int row = 0; row < shape.seqQ; ++row) {
    if (isPadding(shape.mask, placeOf(shape.mask, shape.mask.qTile, row))) {
      continue;
    }
    const Box box = boxOf(shape.mask, row);
    for (int key = 0; key < shape.seqKv; ++key) {
      const Place start = tileStart(shape.mask, shape.mask.kvTile, key / 8);
      const auto inside = packPlace(placeInTile(shape.mask.kvTile, key % 8));
      const bool pair = attends(shape.mask, shape.seqQ, shape.seqKv, row, key);
      wrong += inBox(box, start, inside) != pair ? 1 : 0;
    }
  }
  CHECK(wrong == 0);
}

} // namespace einsight::validation::cuda

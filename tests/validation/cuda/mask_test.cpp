#include "mappings/gna/window.hpp"
#include "validation/cuda/mask.hpp"
#include "validation/cuda/types.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace einsight::validation::cuda {

TEST_CASE("windows along an axis are those of the tile counts") {
  for (int length = 1; length < 14; ++length) {
    for (int window = 1; window <= length; ++window) {
      for (int stride = 1; stride <= window; ++stride) {
        const mappings::gna::Group group(length, window, stride, false);
        for (int place = 0; place < length; ++place) {
          const auto expected = group.keys(place);
          const Span keys = neighborhoodKeys(length, window, stride, place);
          REQUIRE(keys.begin == expected.start);
          REQUIRE(keys.end == expected.end);
        }
      }
    }
  }
}

TEST_CASE("the last query of a causal or window mask sees the last key") {
  Mask mask;
  mask.kind = MaskKind::Causal;
  CHECK(attends(mask, 3, 5, 2, 4));
  CHECK(attends(mask, 3, 5, 0, 2));
  CHECK_FALSE(attends(mask, 3, 5, 0, 3));
  CHECK_FALSE(attends(mask, 5, 3, 1, 0)); // queries before all keys see nothing
  mask.kind = MaskKind::Window;
  mask.window[kAxes - 1] = 2;
  CHECK_FALSE(attends(mask, 9, 9, 5, 3));
  CHECK(attends(mask, 9, 9, 5, 4));
  CHECK(attends(mask, 9, 9, 5, 5));
  CHECK_FALSE(attends(mask, 9, 9, 5, 6));
}

TEST_CASE("permuted positions are every token once, and the rest padding") {
  Mask mask;
  mask.kind = MaskKind::Neighborhood;
  const int layout[kAxes] = {3, 7, 10};
  const int tile[kAxes] = {2, 4, 8};
  for (int axis = 0; axis < kAxes; ++axis) {
    mask.layout[axis] = layout[axis];
  }
  std::vector<int> seen(3 * 7 * 10, 0);
  int padding = 0;
  REQUIRE(paddedTokens(mask, tile) == 4 * 8 * 16);
  for (int position = 0; position < paddedTokens(mask, tile); ++position) {
    const Place place = placeOf(mask, tile, position);
    if (isPadding(mask, place)) {
      ++padding;
    } else {
      ++seen[static_cast<std::size_t>((place.at[0] * 7 + place.at[1]) * 10 + place.at[2])];
    }
  }
  CHECK(seen == std::vector<int>(3 * 7 * 10, 1));
  CHECK(padding == 4 * 8 * 16 - 210);
}

} // namespace einsight::validation::cuda

#include "validation/cuda/decode_schedule.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <utility>
#include <vector>

namespace einsight::validation::cuda {
namespace {

/// Every CTA's pieces are walked: each tile of each item must be taken once, in slots of its own.
void requireExactCover(const DecodeSchedule& schedule) {
  REQUIRE(firstTile(schedule, 0) == 0);
  REQUIRE(firstTile(schedule, schedule.ctas) ==
          static_cast<std::int64_t>(schedule.items) * schedule.tiles);
  std::set<int> used;
  std::vector<int> first(static_cast<std::size_t>(schedule.items), -1);
  for (int cta = 0; cta < schedule.ctas; ++cta) {
    REQUIRE(firstTile(schedule, cta) <= firstTile(schedule, cta + 1));
    for (auto tile = firstTile(schedule, cta); tile < firstTile(schedule, cta + 1); ++tile) {
      const int item = static_cast<int>(tile / schedule.tiles);
      if (first[static_cast<std::size_t>(item)] < 0) {
        first[static_cast<std::size_t>(item)] = cta;
      }
      if (tile == firstTile(schedule, cta) || tile % schedule.tiles == 0) {
        REQUIRE(used.insert(slotOf(cta, item)).second);
      }
    }
  }
  REQUIRE(*used.rbegin() < slots(schedule));
  for (int item = 0; item < schedule.items; ++item) {
    REQUIRE(firstCta(schedule, item) == first[static_cast<std::size_t>(item)]);
  }
}

} // namespace

TEST_CASE("every tile of every item belongs to one CTA, and every part has its own slot") {
  for (int items = 1; items < 9; ++items) {
    for (int tiles = 1; tiles < 12; ++tiles) {
      for (int parts = 1; parts < 14; ++parts) {
        requireExactCover(splitKv(items, tiles, parts));
        requireExactCover(streamK(items, tiles, parts));
      }
    }
  }
  requireExactCover(streamK(256, 8192, 264));
}

TEST_CASE("stream-K gives every CTA the same number of tiles, but for one") {
  const auto schedule = streamK(7, 13, 10);
  for (int cta = 0; cta < 10; ++cta) {
    const auto tiles = firstTile(schedule, cta + 1) - firstTile(schedule, cta);
    CHECK((tiles == 9 || tiles == 10));
  }
}

TEST_CASE("an item is not cut into more pieces than it has tiles") {
  CHECK(splitKv(3, 4, 9).splits == 4);
  CHECK(splitKv(3, 4, 9).ctas == 12);
  CHECK(streamK(3, 4, 90).ctas == 12);
}

} // namespace einsight::validation::cuda

#include "validation/cuda/tile_order.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace einsight::validation::cuda {

TEST_CASE("every tile of every row is taken once, the last ones of a section first") {
  for (const int qTiles : {1, 2, 7}) {
    for (const int rows : {1, 3, 8}) {
      for (int section = 1; section <= rows; ++section) {
        std::vector<int> taken(static_cast<std::size_t>(qTiles * rows), 0);
        TilePlace before{qTiles, 0};
        for (int cta = 0; cta < qTiles * rows; ++cta) {
          const TilePlace place = placeOfCta(cta, qTiles, rows, section);
          REQUIRE(place.qTile >= 0);
          REQUIRE(place.qTile < qTiles);
          REQUIRE(place.row < rows);
          ++taken[static_cast<std::size_t>(place.row * qTiles + place.qTile)];
          if (place.row / section == before.row / section) {
            CHECK(place.qTile <= before.qTile);
          } else {
            CHECK(place.row / section == before.row / section + 1);
          }
          before = place;
        }
        CHECK(taken == std::vector<int>(static_cast<std::size_t>(qTiles * rows), 1));
      }
    }
  }
}

TEST_CASE("a section is whole groups of heads, as many as the L2 holds, under a causal mask") {
  FusedArguments given;
  given.batch = 4;
  given.headsQ = 32;
  given.headsKv = 8;
  given.shape.seqKv = 16384; // 8 MiB a head of keys and values
  CHECK(sectionOf(given, 128) == 1);
  given.shape.mask.kind = MaskKind::Causal;
  CHECK(sectionOf(given, 128) == 4 * 4);
  given.shape.seqKv = 1 << 20;
  CHECK(sectionOf(given, 128) == 4);
  given.shape.seqKv = 16;
  CHECK(sectionOf(given, 128) == 128);
}

} // namespace einsight::validation::cuda

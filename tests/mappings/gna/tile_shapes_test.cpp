#include "mappings/gna/tile_shapes.hpp"
#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::mappings::gna;

namespace {

bool has(const std::vector<TilePair>& pairs, const std::string& kernel, const Shape& q,
         const Shape& kv) {
  return std::any_of(pairs.begin(), pairs.end(), [&](const TilePair& pair) {
    return pair.kernel == kernel && pair.qTile == q && pair.kvTile == kv;
  });
}

} // namespace

TEST_CASE("shipped tiles are those of layouts with as many axes", "[gna]") {
  for (std::size_t axes = 1; axes <= 3; ++axes) {
    const auto pairs = shippedTiles(axes);
    REQUIRE(pairs.has_value());
    for (const auto& pair : *pairs) {
      CHECK(pair.qTile.size() == axes);
      CHECK(pair.kvTile.size() == axes);
    }
    CHECK(pairs->front().kernel == "blackwell");
  }
  CHECK(has(*shippedTiles(3), "blackwell", {4, 8, 8}, {2, 8, 8}));
  CHECK(has(*shippedTiles(2), "hopper-dim256", {8, 16}, {8, 8}));
}

TEST_CASE("factorized pairs are all products of powers of two with no query factor above its key's",
          "[gna]") {
  const auto pairs = shippedTiles(3);
  REQUIRE(pairs.has_value());
  CHECK(has(*pairs, "ampere", {2, 8, 4}, {2, 8, 8}));
  CHECK_FALSE(has(*pairs, "ampere", {1, 8, 8}, {2, 8, 8}));
  CHECK_FALSE(has(*pairs, "ampere", {4, 4, 4}, {2, 8, 8}));
  const auto dynamic = std::count_if(pairs->begin(), pairs->end(), [](const TilePair& pair) {
    return pair.kvTiling == KvTiling::Dynamic;
  });
  CHECK(dynamic == 10 + 30 + 36); // 64/64, 64/128, 32/128
}

TEST_CASE("a sweep of tiles is sorted by the pairs that are computed", "[gna]") {
  const auto tiles = sweepTiles(test::ask("256x256", "80x80", "16x16", "", "", "1x1", "1x1"));
  REQUIRE(tiles.has_value());
  CHECK(tiles->front().tally.fullyBlockSparse);
  for (std::size_t i = 1; i < tiles->size(); ++i) {
    CHECK((*tiles)[i - 1].tally.computedPairs() <= (*tiles)[i].tally.computedPairs());
  }
}

TEST_CASE("1-D tiling is swept over tiles of one axis on a grid", "[gna]") {
  const auto tiles =
      sweepTiles(test::ask("32x32", "8x8", "", "", "", "64", "64", KvTiling::Static, true));
  REQUIRE(tiles.has_value());
  CHECK(tiles->size() == 5);
}

TEST_CASE("every mistake of a file of tiles is reported with its place", "[gna]") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-tiles-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << "version: 1\nsummary: x\nsource: x\nkernels:\n"
                      << "  a: {kv_tiling: statik, pairs: [4x4]}\n"
                      << "  b: {kv_tiling: dynamic, factorized: [0/64], pears: [1/1]}\n";
  const auto pairs = readTiles(file, 2);
  std::filesystem::remove(file);
  REQUIRE_FALSE(pairs.has_value());
  const auto place = file.string() + ":";
  CHECK(core::render(pairs.error()) ==
        place +
            "5:18: error: kernels.a.kv_tiling: unknown value 'statik'\n"
            "  help: did you mean 'static'? (one of: static, dynamic)\n" +
            place +
            "5:33: error: kernels.a.pairs: '4x4' is not a pair of tiles\n"
            "  help: queries/keys with one number per axis, as in 16x16/16x8\n" +
            place +
            "6:39: error: kernels.b.factorized: '0/64' is not a pair of tiles\n"
            "  help: queries/keys with one number per axis, as in 16x16/16x8\n" +
            place +
            "6:47: error: kernels.b.pears: unknown key\n"
            "  help: did you mean 'pairs'? (one of: kv_tiling, pairs, factorized)\n");
}

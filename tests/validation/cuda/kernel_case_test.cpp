#include "validation/cuda/kernel_case.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace einsight::validation::cuda {
namespace {

KernelCase causal(int length) {
  KernelCase which;
  which.batch = 2;
  which.headsQ = 8;
  which.headsKv = 2;
  which.seqQ = which.seqKv = length;
  which.mask.kind = MaskKind::Causal;
  return which;
}

} // namespace

TEST_CASE("operations are four a pair that attends and number of a head") {
  CHECK(pairsOf(causal(5)) == 15);
  CHECK(flopsOf(causal(5)) == 4.0 * 2 * 8 * 15 * 128);
  auto dense = causal(5);
  dense.mask.kind = MaskKind::Dense;
  CHECK(pairsOf(dense) == 25);
  auto near = dense;
  near.mask.kind = MaskKind::Neighborhood;
  near.mask.layout[1] = 4;
  near.mask.layout[2] = 6;
  near.mask.window[1] = 3;
  near.mask.window[2] = 5;
  CHECK(pairsOf(near) == 24 * 15);
}

TEST_CASE("inputs and outputs are counted once, latent values not at all") {
  CHECK(bytesOf(causal(5)) == 2.0 * 2 * 5 * 128 * (2 * 8 + 2 * 2));
  KernelCase latent;
  latent.kind = KernelKind::SplitKv;
  latent.headsQ = 16;
  latent.seqKv = 100;
  latent.headDim = 576;
  latent.headDimV = 512;
  CHECK(bytesOf(latent) == 2.0 * 16 * (576 + 512) + 2.0 * 100 * 576);
}

TEST_CASE("a case is named by all that tells it from others") {
  CHECK(idOf(causal(5)) == "fused-sm80 b2 hq8 hkv2 sq5 skv5 d128 causal bf16");
  auto which = causal(5);
  which.kind = KernelKind::SplitKv;
  which.fp16 = true;
  which.splits = 4;
  which.headDimV = 64;
  which.weights = Weights::Sigmoid;
  which.mask.kind = MaskKind::Window;
  which.mask.window[2] = 3;
  CHECK(idOf(which) == "split-kv b2 hq8 hkv2 sq5 skv5 d128 dv64 sigmoid window 3 splits4 fp16");
  which.listStride = 8;
  CHECK(maskText(which) == "list 1/8");
}

TEST_CASE("tiles of a layout are powers of two with the right product, as even as it allows") {
  Mask mask;
  mask.layout[0] = 30;
  mask.layout[1] = 48;
  mask.layout[2] = 80;
  chooseTiles(mask, 128, 64);
  CHECK(std::vector<int>(mask.qTile, mask.qTile + 3) == std::vector<int>{4, 4, 8});
  CHECK(std::vector<int>(mask.kvTile, mask.kvTile + 3) == std::vector<int>{4, 4, 4});
  mask.layout[0] = 1;
  mask.layout[1] = 3;
  chooseTiles(mask, 128, 64);
  CHECK(std::vector<int>(mask.qTile, mask.qTile + 3) == std::vector<int>{1, 2, 64});
}

TEST_CASE("a list visits the diagonal and every so many-th tile, each once") {
  const auto list = stridedList(6, 12, 4);
  REQUIRE(list.offsets.size() == 7);
  for (std::size_t row = 0; row < 6; ++row) {
    const std::vector<int> tiles(list.tiles.begin() + list.offsets[row],
                                 list.tiles.begin() + list.offsets[row + 1]);
    CHECK(std::find(tiles.begin(), tiles.end(), static_cast<int>(2 * row)) != tiles.end());
    CHECK(std::is_sorted(tiles.begin(), tiles.end()));
    CHECK(std::adjacent_find(tiles.begin(), tiles.end()) == tiles.end());
    CHECK((tiles.size() == 3 || tiles.size() == 4));
  }
}

} // namespace einsight::validation::cuda

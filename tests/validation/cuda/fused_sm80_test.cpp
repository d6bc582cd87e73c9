#include "tests/validation/cuda/attention_case.hpp"
#include "validation/cuda/fused_sm80.hpp"

#include <catch2/catch.hpp>

namespace einsight::validation::cuda {
namespace {

template <class Type, int kHead, int kWarps, int kRowTiles, Weights kWeights = Weights::Softmax,
          template <int, int> class Walk = RangeWalk>
Outcome run(const AttentionCase& which) {
  using Sizes = FusedSizes<Type, kHead, kWarps, kRowTiles, 64, kWeights, Walk>;
  return runFused<Sizes, FusedSm80<Sizes>>(which, false);
}

} // namespace

TEST_CASE("fused attention agrees with double precision, odd lengths and grouped heads included") {
  requireExact(run<Bf16, 64, 4, 2>({2, 4, 2, sequence(MaskKind::Dense, 77, 130), 0}));
  requireExact(run<Fp16, 128, 4, 1>({1, 2, 1, sequence(MaskKind::Dense, 65, 63), 1}));
  requireExact(run<Bf16, 256, 2, 1>({1, 1, 1, sequence(MaskKind::Dense, 33, 129), 2}));
}

TEST_CASE("fused attention is right at odd sizes, with every tile that is measured") {
  requireOddSizes(run<Bf16, 64, 4, 2>);
  requireOddSizes(run<Bf16, 128, 4, 2>);
  requireOddSizes(run<Bf16, 256, 8, 1>);
}

TEST_CASE("fused attention masks the future and what is older than a window") {
  requireExact(run<Bf16, 64, 2, 2>({1, 2, 2, sequence(MaskKind::Causal, 200, 200), 3}));
  requireExact(run<Bf16, 64, 2, 2>({1, 1, 1, sequence(MaskKind::Causal, 70, 170), 0}));
  requireExact(run<Bf16, 64, 2, 2>({1, 1, 1, sequence(MaskKind::Causal, 150, 40), 0}));
  requireExact(run<Bf16, 64, 2, 1>({1, 1, 1, sequence(MaskKind::Window, 211, 211, 50), 4}));
}

TEST_CASE("fused attention takes sigmoid weights") {
  requireExact(
      run<Fp16, 64, 2, 2, Weights::Sigmoid>({1, 2, 1, sequence(MaskKind::Causal, 100, 100), 0}));
}

TEST_CASE("fused attention visits the windows of a permuted layout, of one to three axes") {
  requireExact(run<Bf16, 64, 2, 2, Weights::Softmax, BoxWalk>(
      {1, 1, 1, layout({5, 13, 18}, {3, 9, 11}, {1, 4, 2}, {2, 4, 8}, {4, 4, 4}), 0}));
  requireExact(run<Fp16, 64, 2, 2, Weights::Softmax, BoxWalk>(
      {1, 2, 2, layout({1, 20, 19}, {1, 7, 19}, {1, 7, 1}, {1, 8, 8}, {1, 8, 8}), 6}));
  requireExact(run<Bf16, 64, 2, 1, Weights::Softmax, BoxWalk>(
      {1, 1, 1, layout({1, 1, 333}, {1, 1, 70}, {1, 1, 32}, {1, 1, 32}, {1, 1, 64}), 0}));
}

TEST_CASE("fused attention visits the tiles of a list") {
  const std::vector<int> offsets{0, 2, 3};
  const std::vector<int> tiles{2, 0, 1};
  auto shape = sequence(MaskKind::Dense, 100, 150);
  shape.list = {offsets.data(), tiles.data()};
  requireExact(run<Bf16, 64, 2, 2, Weights::Softmax, ListWalk>({1, 1, 1, shape, 5}));
}

} // namespace einsight::validation::cuda

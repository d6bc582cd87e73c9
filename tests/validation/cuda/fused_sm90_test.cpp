#include "tests/validation/cuda/attention_case.hpp"
#include "validation/cuda/fused_sm90.hpp"

#include <catch2/catch.hpp>

namespace einsight::validation::cuda {
namespace {

/// The kernel as runFused wants it: bulk copies of the tensors that the arguments name.
template <class Sizes>
struct Mapped {
  static void run(const FusedArguments& given) {
    const auto map = [&](const std::uint16_t* base, int heads, int length, int rows) {
      return TensorMap{base, {Sizes::kHead, length, heads, given.batch}, rows};
    };
    const HopperArguments arguments{given,
                                    map(given.q, given.headsQ, given.shape.seqQ, Sizes::kQueries),
                                    map(given.k, given.headsKv, given.shape.seqKv, Sizes::kKeys),
                                    map(given.v, given.headsKv, given.shape.seqKv, Sizes::kKeys)};
    FusedSm90<Sizes>::run(arguments);
  }
};

template <class Type, int kHead, int kConsumers, int kKeys, Weights kWeights = Weights::Softmax,
          template <int, int> class Walk = RangeWalk>
Outcome run(const AttentionCase& which) {
  using Sizes = HopperSizes<Type, kHead, kConsumers, kKeys, kWeights, Walk>;
  return runFused<Sizes, Mapped<Sizes>>(which, true);
}

} // namespace

TEST_CASE(
    "warpgroup attention agrees with double precision, odd lengths and grouped heads included") {
  requireExact(run<Bf16, 128, 2, 128>({1, 2, 1, sequence(MaskKind::Dense, 77, 700), 0}));
  requireExact(run<Fp16, 64, 3, 128>({2, 1, 1, sequence(MaskKind::Dense, 201, 130), 1}));
  requireExact(run<Bf16, 256, 2, 64>({1, 1, 1, sequence(MaskKind::Dense, 33, 129), 2}));
}

TEST_CASE("warpgroup attention is right at odd sizes, with every tile that is measured") {
  requireOddSizes(run<Bf16, 64, 3, 128>);
  requireOddSizes(run<Bf16, 128, 2, 128>);
  requireOddSizes(run<Bf16, 256, 2, 64>);
}

TEST_CASE("warpgroup attention masks the future and what is older than a window") {
  requireExact(run<Bf16, 64, 2, 128>({1, 2, 2, sequence(MaskKind::Causal, 600, 600), 3}));
  requireExact(run<Bf16, 64, 2, 128>({1, 1, 1, sequence(MaskKind::Causal, 70, 170), 0}));
  requireExact(run<Bf16, 64, 2, 128>({1, 1, 1, sequence(MaskKind::Causal, 300, 40), 0}));
  requireExact(run<Bf16, 64, 3, 128>({1, 1, 1, sequence(MaskKind::Window, 411, 411, 150), 4}));
}

TEST_CASE("warpgroup attention takes sigmoid weights") {
  requireExact(
      run<Bf16, 64, 2, 128, Weights::Sigmoid>({1, 2, 2, sequence(MaskKind::Causal, 150, 150), 0}));
}

TEST_CASE("warpgroup attention visits the windows of a permuted layout") {
  requireExact(run<Bf16, 64, 2, 128, Weights::Softmax, BoxWalk>(
      {1, 1, 1, layout({5, 13, 18}, {3, 9, 11}, {1, 4, 2}, {2, 8, 8}, {4, 4, 8}), 0}));
}

TEST_CASE("warpgroup attention visits the tiles of a list") {
  const std::vector<int> offsets{0, 3, 4};
  const std::vector<int> tiles{0, 2, 1, 2};
  auto shape = sequence(MaskKind::Dense, 200, 300);
  shape.list = {offsets.data(), tiles.data()};
  requireExact(run<Fp16, 64, 2, 128, Weights::Softmax, ListWalk>({1, 1, 1, shape, 5}));
}

} // namespace einsight::validation::cuda

#include "validation/cuda/fused_sm80.hpp"
#include "validation/cuda/gpu/detail/launch.hpp"

namespace einsight::validation::cuda {
namespace {

template <class Type, int kHead, int kWarps, int kRowTiles, Weights kWeights,
          template <int, int> class Walk>
FusedKernel instance(int walk) {
  using Sizes = FusedSizes<Type, kHead, kWarps, kRowTiles, 64, kWeights, Walk>;
  constexpr auto kTile = fusedTile(KernelKind::FusedSm80, kHead);
  static_assert(kTile.queries == Sizes::kQueries && kTile.keys == Sizes::kKeys);
  const auto start = [](const FusedArguments& given, cudaStream_t stream) {
    const dim3 grid(static_cast<unsigned>(ceilDivide(given.shape.seqQ, Sizes::kQueries)),
                    static_cast<unsigned>(given.headsQ), static_cast<unsigned>(given.batch));
    return launchKernel<FusedSm80<Sizes>, Sizes::kThreads>(grid, Sizes::kSharedBytes, given,
                                                           stream);
  };
  return {std::is_same_v<Type, Fp16>, kHead, walk, kWeights, Sizes::kQueries, Sizes::kKeys,
          Sizes::kSharedBytes,        start};
}

template <class Type>
void add(std::vector<FusedKernel>& kernels) {
  constexpr auto kSoftmax = Weights::Softmax;
  kernels.push_back(instance<Type, 64, 4, 2, kSoftmax, RangeWalk>(0));
  kernels.push_back(instance<Type, 128, 4, 2, kSoftmax, RangeWalk>(0));
  kernels.push_back(instance<Type, 256, 8, 1, kSoftmax, RangeWalk>(0));
  kernels.push_back(instance<Type, 128, 4, 2, Weights::Sigmoid, RangeWalk>(0));
  kernels.push_back(instance<Type, 128, 4, 2, kSoftmax, BoxWalk>(1));
  kernels.push_back(instance<Type, 128, 4, 2, kSoftmax, ListWalk>(2));
}

} // namespace

const std::vector<FusedKernel>& fusedSm80Kernels() {
  static const auto kernels = [] {
    std::vector<FusedKernel> all;
    add<Bf16>(all);
    add<Fp16>(all);
    return all;
  }();
  return kernels;
}

} // namespace einsight::validation::cuda

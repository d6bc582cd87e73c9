#include "validation/cuda/fused_sm90.hpp"
#include "validation/cuda/gpu/detail/launch.hpp"

#include <cudaTypedefs.h>

namespace einsight::validation::cuda {
namespace {

/// The driver's cuTensorMapEncodeTiled; none with a driver too old for it.
PFN_cuTensorMapEncodeTiled_v12000 encoder() {
  static const auto found = [] {
    void* function = nullptr;
    cudaDriverEntryPointQueryResult result{};
    const auto error = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function, 12000,
                                                        cudaEnableDefault, &result);
    const bool there = error == cudaSuccess && result == cudaDriverEntryPointSuccess;
    return reinterpret_cast<PFN_cuTensorMapEncodeTiled_v12000>(there ? function : nullptr);
  }();
  return found;
}

/// A tensor (batch, heads, length, head), copied in panels of (rows, 64) with the 128-byte swizzle.
bool describeTensor(TensorMap& map, const std::uint16_t* base, bool fp16, int batch, int heads,
                    int length, int head, int rows) {
  const auto row = static_cast<cuuint64_t>(head) * 2;
  const cuuint64_t sizes[4] = {static_cast<cuuint64_t>(head), static_cast<cuuint64_t>(length),
                               static_cast<cuuint64_t>(heads), static_cast<cuuint64_t>(batch)};
  const cuuint64_t strides[3] = {row, row * sizes[1], row * sizes[1] * sizes[2]};
  const cuuint32_t box[4] = {kPanel, static_cast<cuuint32_t>(rows), 1, 1};
  const cuuint32_t steps[4] = {1, 1, 1, 1};
  const auto encode = encoder();
  return encode != nullptr &&
         encode(&map, fp16 ? CU_TENSOR_MAP_DATA_TYPE_FLOAT16 : CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 4,
                const_cast<std::uint16_t*>(base), sizes, strides, box, steps,
                CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
                CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE) == CUDA_SUCCESS;
}

template <class Type, int kHead, int kConsumers, int kKeys, Weights kWeights,
          template <int, int> class Walk>
FusedKernel instance(int walk) {
  using Sizes = HopperSizes<Type, kHead, kConsumers, kKeys, kWeights, Walk>;
  constexpr auto kTile = fusedTile(KernelKind::FusedSm90, kHead);
  static_assert(kTile.queries == Sizes::kQueries && kTile.keys == Sizes::kKeys);
  const auto start = [](const FusedArguments& given, cudaStream_t stream) {
    constexpr bool kFp16 = std::is_same_v<Type, Fp16>;
    HopperArguments arguments{given, {}, {}, {}};
    const auto& shape = given.shape;
    if (!describeTensor(arguments.q, given.q, kFp16, given.batch, given.headsQ, shape.seqQ, kHead,
                        Sizes::kQueries) ||
        !describeTensor(arguments.k, given.k, kFp16, given.batch, given.headsKv, shape.seqKv, kHead,
                        kKeys) ||
        !describeTensor(arguments.v, given.v, kFp16, given.batch, given.headsKv, shape.seqKv, kHead,
                        kKeys)) {
      return cudaErrorInvalidValue;
    }
    const dim3 grid(static_cast<unsigned>(ceilDivide(shape.seqQ, Sizes::kQueries) * given.batch *
                                          given.headsQ));
    return launchKernel<FusedSm90<Sizes>, Sizes::kThreads>(grid, Sizes::kSharedBytes, arguments,
                                                           stream);
  };
  return {std::is_same_v<Type, Fp16>, kHead, walk, kWeights, Sizes::kQueries, kKeys,
          Sizes::kSharedBytes,        start};
}

template <class Type>
void add(std::vector<FusedKernel>& kernels) {
  constexpr auto kSoftmax = Weights::Softmax;
  kernels.push_back(instance<Type, 64, 3, 128, kSoftmax, RangeWalk>(0));
  kernels.push_back(instance<Type, 128, 2, 128, kSoftmax, RangeWalk>(0));
  kernels.push_back(instance<Type, 256, 2, 64, kSoftmax, RangeWalk>(0));
  kernels.push_back(instance<Type, 128, 2, 128, Weights::Sigmoid, RangeWalk>(0));
  kernels.push_back(instance<Type, 128, 2, 128, kSoftmax, BoxWalk>(1));
  kernels.push_back(instance<Type, 128, 2, 128, kSoftmax, ListWalk>(2));
}

} // namespace

const std::vector<FusedKernel>& fusedSm90Kernels() {
  static const auto kernels = [] {
    std::vector<FusedKernel> all;
    add<Bf16>(all);
    add<Fp16>(all);
    return all;
  }();
  return kernels;
}

} // namespace einsight::validation::cuda

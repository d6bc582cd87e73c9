#include "validation/cuda/gpu/detail/blas.hpp"
#include "validation/cuda/gpu/detail/launch.hpp"
#include "validation/cuda/softmax.hpp"

#include <cmath>

namespace einsight::validation::cuda {
namespace {

constexpr double kMostScoreBytes = 40e9;

int pitchOf(const KernelCase& which) {
  return ceilDivide(which.seqKv, 8) * 8;
}
double scoreBytes(const KernelCase& which) {
  return 2.0 * which.batch * which.headsQ * which.seqQ * pitchOf(which);
}

struct Chain {
  const Blas* blas;
  KernelCase which;
  InputSets sets;
  Buffer scores;

  cudaError_t start(std::size_t set, cudaStream_t stream) const {
    const int heads = which.batch * which.headsQ;
    const int pitch = pitchOf(which);
    //                                                   (heads, seqQ, seqKv) = Q Kᵀ
    const BatchedProduct first{which.fp16,    true,  which.seqQ, which.seqKv,
                               which.headDim, heads, pitch,      which.headDim};
    //                                                   (heads, seqQ, headDim) = weights V
    const BatchedProduct second{which.fp16,  false, which.seqQ,    which.headDim,
                                which.seqKv, heads, which.headDim, pitch};
    auto error = blas->multiply(first, sets.q[set].as<void>(), sets.k[set].as<void>(),
                                scores.as<void>(), stream);
    if (error != cudaSuccess) {
      return error;
    }
    const SoftmaxArguments rows{scores.as<std::uint16_t>(),
                                which.seqQ,
                                which.seqKv,
                                pitch,
                                1 / std::sqrt(static_cast<float>(which.headDim)),
                                which.mask};
    const dim3 grid(static_cast<unsigned>(heads) * static_cast<unsigned>(which.seqQ));
    error = which.fp16 ? launchKernel<Softmax<Fp16>, Softmax<Fp16>::kThreads>(
                             grid, Softmax<Fp16>::kSharedBytes, rows, stream)
                       : launchKernel<Softmax<Bf16>, Softmax<Bf16>::kThreads>(
                             grid, Softmax<Bf16>::kSharedBytes, rows, stream);
    return error != cudaSuccess ? error
                                : blas->multiply(second, scores.as<void>(), sets.v[set].as<void>(),
                                                 sets.out[set].as<void>(), stream);
  }
};

} // namespace

bool unfusedSupports(const KernelCase& which) {
  return which.weights == Weights::Softmax && which.listStride == 0 &&
         which.mask.kind != MaskKind::Neighborhood && which.headsQ == which.headsKv &&
         which.headDim == which.headDimV && scoreBytes(which) < kMostScoreBytes && Blas::get();
}

core::Expected<Prepared> prepareUnfused(const KernelCase& which, const GpuFacts& facts,
                                        const HostInputs* given) {
  const auto numbers = [&](int length) {
    return static_cast<std::size_t>(which.batch) * static_cast<std::size_t>(which.headsQ) *
           static_cast<std::size_t>(length) * static_cast<std::size_t>(which.headDim);
  };
  const auto blas = Blas::get();
  auto inputs = makeInputs(numbers(which.seqQ), numbers(which.seqKv), numbers(which.seqKv),
                           numbers(which.seqQ), which.fp16, facts.l2Bytes, given);
  auto scores = Buffer::make(static_cast<std::size_t>(scoreBytes(which)));
  if (!blas || !inputs || !scores) {
    return core::failure(!blas ? blas.error() : !inputs ? inputs.error() : scores.error());
  }
  // Columns after seqKv are never written by the product; NaN there would survive a weight of 0.
  const auto error = cudaMemset(scores->as<void>(), 0, scores->bytes());
  if (error != cudaSuccess) {
    return core::failure(cudaProblem("clearing scores", error));
  }
  Prepared prepared;
  prepared.out = inputs->out.front();
  prepared.start = [chain = Chain{*blas, which, *inputs, *scores}](int i, cudaStream_t stream) {
    return chain.start(static_cast<std::size_t>(i) % chain.sets.count(), stream);
  };
  return prepared;
}

} // namespace einsight::validation::cuda

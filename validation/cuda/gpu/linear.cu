#include "validation/cuda/gpu/detail/launch.hpp"
#include "validation/cuda/linear.hpp"

#include <cmath>

namespace einsight::validation::cuda {
namespace {

template <class Sizes>
cudaError_t launch(const LinearArguments& given, cudaStream_t stream) {
  const dim3 grid(Sizes::kHead / Sizes::kColumns, static_cast<unsigned>(given.heads),
                  static_cast<unsigned>(given.batch));
  return launchKernel<Linear<Sizes>, Sizes::kThreads>(grid, Sizes::kSharedBytes, given, stream);
}

template <class Type>
cudaError_t begin(int head, const LinearArguments& given, cudaStream_t stream) {
  return head == 64 ? launch<LinearSizes<Type, 64>>(given, stream)
                    : launch<LinearSizes<Type, 128>>(given, stream);
}

} // namespace

bool linearSupports(const KernelCase& which) {
  return (which.headDim == 64 || which.headDim == 128) && which.headDim == which.headDimV &&
         which.headsQ == which.headsKv && which.seqQ == which.seqKv;
}

core::Expected<Prepared> prepareLinear(const KernelCase& which, const GpuFacts& facts,
                                       const HostInputs* given) {
  const auto numbers =
      static_cast<std::size_t>(which.batch) * static_cast<std::size_t>(which.headsQ) *
      static_cast<std::size_t>(which.seqQ) * static_cast<std::size_t>(which.headDim);
  auto inputs = makeInputs(numbers, numbers, numbers, numbers, which.fp16, facts.l2Bytes, given);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  Prepared prepared;
  prepared.out = inputs->out.front();
  prepared.start = [which, sets = *inputs](int i, cudaStream_t stream) {
    const auto set = static_cast<std::size_t>(i) % sets.count();
    const LinearArguments arguments{sets.q[set].as<std::uint16_t>(),
                                    sets.k[set].as<std::uint16_t>(),
                                    sets.v[set].as<std::uint16_t>(),
                                    sets.out[set].as<std::uint16_t>(),
                                    which.batch,
                                    which.headsQ,
                                    which.seqQ,
                                    1 / std::sqrt(static_cast<float>(which.headDim))};
    return which.fp16 ? begin<Fp16>(which.headDim, arguments, stream)
                      : begin<Bf16>(which.headDim, arguments, stream);
  };
  return prepared;
}

} // namespace einsight::validation::cuda

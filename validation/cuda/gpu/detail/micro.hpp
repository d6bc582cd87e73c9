#pragma once
#include "validation/cuda/gpu/detail/context.hpp"

#include <string>

namespace einsight::validation::cuda {

/// A microbenchmark that needs one output buffer of a few KiB.
template <class Launch>
Micro smallMicro(MicroCase what, Launch launch) {
  const auto prepare = [launch](const GpuFacts& facts) -> core::Expected<Prepared> {
    auto out = Buffer::make(1 << 16);
    if (!out) {
      return core::failure(out.error());
    }
    Prepared prepared;
    prepared.out = *out;
    prepared.start = [launch, out = *out, sms = facts.multiprocessors](int, cudaStream_t stream) {
      launch(static_cast<unsigned>(sms), out.template as<float>(), stream);
      return cudaGetLastError();
    };
    return prepared;
  };
  return {std::move(what), prepare};
}

/// Two bf16 numbers of magnitude 1 to 2 that look random: tensor cores draw less power, and can run
/// faster, on zeros than on data.
__device__ inline std::uint32_t somePair(std::uint32_t counter) {
  const std::uint32_t mixed = (counter + 1) * 2654435761U;
  return 0x3f803f80U | ((mixed ^ (mixed >> 15U)) & 0x807f807fU);
}

constexpr float kNever =
    12345.0F; ///< a result that does not occur: the compiler must compute it to know

} // namespace einsight::validation::cuda

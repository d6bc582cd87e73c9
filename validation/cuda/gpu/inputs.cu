#include "validation/cuda/gpu/detail/context.hpp"
#include "validation/cuda/timing_plan.hpp"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace einsight::validation::cuda {
namespace {

/// A number that looks random, from a counter. Source: Steele et al., Fast splittable pseudorandom
/// number generators (OOPSLA 2014), the finaliser of SplitMix64.
__device__ std::uint64_t scramble(std::uint64_t counter) {
  counter = (counter ^ (counter >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  counter = (counter ^ (counter >> 27U)) * 0x94d049bb133111ebULL;
  return counter ^ (counter >> 31U);
}

__global__ void fillKernel(std::uint16_t* to, std::size_t count, std::uint64_t seed, bool fp16) {
  const auto step = static_cast<std::size_t>(gridDim.x) * blockDim.x;
  for (auto i = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += step) {
    const auto bits = scramble(seed + (i + 1) * 0x9e3779b97f4a7c15ULL);
    // Box and Muller: two uniform numbers, the first never 0, make a normal one.
    const float first = (static_cast<float>(bits & 0xffffffU) + 1) * 0x1p-24F;
    const float second = static_cast<float>(bits >> 40U) * 0x1p-24F;
    const float normal = sqrtf(-2 * logf(first)) * cospif(2 * second);
    to[i] = fp16 ? __half_as_ushort(__float2half_rn(normal))
                 : __bfloat16_as_ushort(__float2bfloat16_rn(normal));
  }
}

std::uint64_t freshSeed() {
  static auto seed =
      static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  seed += 0xd1342543de82ef95ULL;
  return seed;
}

core::Expected<Buffer> input(std::size_t count, bool fp16,
                             const std::vector<std::uint16_t>* given) {
  auto buffer = Buffer::make(std::max<std::size_t>(count, 8) * 2);
  if (!buffer || count == 0) {
    return buffer;
  }
  const auto error =
      given != nullptr
          ? cudaMemcpy(buffer->as<void>(), given->data(), count * 2, cudaMemcpyHostToDevice)
          : fillNormal(buffer->as<std::uint16_t>(), count, freshSeed(), fp16, nullptr);
  if (error != cudaSuccess) {
    return core::failure(cudaProblem("filling inputs", error));
  }
  return buffer;
}

} // namespace

core::Problems cudaProblem(const std::string& what, cudaError_t error) {
  return {{{}, what + ": " + cudaGetErrorName(error) + ": " + cudaGetErrorString(error), {}}};
}

core::Expected<Buffer> Buffer::make(std::size_t bytes) {
  void* memory = nullptr;
  const auto error = cudaMalloc(&memory, bytes);
  if (error != cudaSuccess) {
    cudaGetLastError(); // a refused allocation is no lasting error
    return core::failure(cudaProblem("allocating " + std::to_string(bytes) + " bytes", error));
  }
  Buffer buffer;
  buffer.memory_ = std::shared_ptr<void>(memory, [](void* old) { cudaFree(old); });
  buffer.bytes_ = bytes;
  return buffer;
}

cudaError_t fillNormal(std::uint16_t* to, std::size_t count, std::uint64_t seed, bool fp16,
                       cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>(std::min<std::size_t>(4096, count / 256 + 1));
  fillKernel<<<blocks, 256, 0, stream>>>(to, count, seed, fp16);
  return cudaGetLastError();
}

core::Expected<InputSets> makeInputs(std::size_t q, std::size_t k, std::size_t v, std::size_t out,
                                     bool fp16, double l2Bytes, const HostInputs* given) {
  const double one = 2 * (double(q) + double(k) + double(v) + double(out));
  const int count = given != nullptr ? 1 : inputSetCount(one, l2Bytes);
  InputSets sets;
  for (int i = 0; i < count; ++i) {
    auto newQ = input(q, fp16, given != nullptr ? &given->q : nullptr);
    auto newK = input(k, fp16, given != nullptr ? &given->k : nullptr);
    auto newV = input(v, fp16, given != nullptr ? &given->v : nullptr);
    auto newOut = Buffer::make(out * 2);
    for (const auto* buffer : {&newQ, &newK, &newV, &newOut}) {
      if (!*buffer) {
        return core::failure(buffer->error());
      }
    }
    const auto error = cudaMemset(newOut->as<void>(), 0xff, newOut->bytes()); // NaN in both types
    if (error != cudaSuccess) {
      return core::failure(cudaProblem("poisoning an output", error));
    }
    sets.q.push_back(*newQ);
    sets.k.push_back(*newK);
    sets.v.push_back(*newV);
    sets.out.push_back(*newOut);
  }
  return sets;
}

} // namespace einsight::validation::cuda

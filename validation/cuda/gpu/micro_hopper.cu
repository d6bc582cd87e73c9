#include "validation/cuda/gpu/detail/micro.hpp"
#include "validation/cuda/hopper.hpp"

/// Rates of products of warpgroups, by width and by where the left operand lies.
namespace einsight::validation::cuda {
namespace {

constexpr int kSteps = 4000;
constexpr int kThreads = 256;                 // two warpgroups keep all tensor cores busy
constexpr int kSharedBytes = 4 * 64 * 64 * 2; // four panels of 64 rows

/// One product after the other into the same sums; kRegisters: the left operand is in registers.
template <int kColumns, bool kRegisters>
__global__ void __launch_bounds__(kThreads, 1) products(float* out) {
  float d[kColumns / 8][4] = {};
  const std::uint32_t a[4] = {somePair(threadIdx.x), somePair(threadIdx.x + 1000),
                              somePair(threadIdx.x + 2000), somePair(threadIdx.x + 3000)};
  const auto base = sharedBase();
  for (unsigned i = threadIdx.x; i < kSharedBytes / 4; i += kThreads) {
    storeShared(base + 4 * i, somePair(i));
  }
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); // products read what stores wrote
  __syncthreads();
  const auto left = describe(base, 16);
  const auto right = describe(base, 64 * kPanelRowBytes);
  for (int i = 0; i < kSteps; ++i) {
    fenceProducts();
    EINSIGHT_UNROLL
    for (int k = 0; k < 4; ++k) {
      if constexpr (kRegisters) {
        multiplyRegisters<Bf16>(d, a, right);
      } else {
        multiplyShared<Bf16>(d, left, right, true);
      }
    }
    commitProducts();
    waitProducts<0>();
  }
  if (d[0][0] == kNever) {
    out[threadIdx.x] = d[0][0];
  }
}

template <int kColumns, bool kRegisters>
Micro rate(const GpuFacts& facts) {
  MicroCase what;
  what.id = "rate wgmma m64n" + std::to_string(kColumns) + "k16 bf16 " +
            (kRegisters ? "registers" : "shared");
  what.flops =
      double(facts.multiprocessors) * (kThreads / 128) * kSteps * 4 * 2 * 64 * kColumns * 16;
  return smallMicro(what, [](unsigned sms, float* out, cudaStream_t stream) {
    cudaFuncSetAttribute(&products<kColumns, kRegisters>,
                         cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes);
    products<kColumns, kRegisters><<<sms, kThreads, kSharedBytes, stream>>>(out);
  });
}

} // namespace

std::vector<Micro> hopperMicros(const GpuFacts& facts) {
  if (facts.major != 9 || facts.minor != 0) {
    return {};
  }
  return {rate<64, false>(facts), rate<128, false>(facts), rate<64, true>(facts),
          rate<128, true>(facts), rate<256, true>(facts)};
}

} // namespace einsight::validation::cuda

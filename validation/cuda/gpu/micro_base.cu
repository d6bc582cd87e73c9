#include "validation/cuda/device.hpp"
#include "validation/cuda/gpu/detail/micro.hpp"

#include <string>

/// Rates of instructions: every SM full of warps, every thread with independent chains.
namespace einsight::validation::cuda {
namespace {

constexpr int kChains = 8;
constexpr int kThreads = 512;
constexpr int kBlocks = 2; // of an SM
constexpr int kSteps = 20000;
constexpr int kProducts = 4; // chains of products
constexpr int kProductSteps = kSteps / 4;
constexpr int kBarriers = 20000;

enum class Step { Exp2, Fma, Max, Add, Multiply, Convert, Reciprocal };

template <Step kStep>
__device__ void advance(float& x, float other) {
  if constexpr (kStep == Step::Exp2) {
    asm volatile("ex2.approx.ftz.f32 %0, %0;" : "+f"(x));
  } else if constexpr (kStep == Step::Fma) {
    asm volatile("fma.rn.f32 %0, %0, %1, %0;" : "+f"(x) : "f"(other));
  } else if constexpr (kStep == Step::Max) {
    asm volatile("max.f32 %0, %0, %1;" : "+f"(x) : "f"(other));
  } else if constexpr (kStep == Step::Add) {
    asm volatile("add.rn.f32 %0, %0, %1;" : "+f"(x) : "f"(other));
  } else if constexpr (kStep == Step::Multiply) {
    asm volatile("mul.rn.f32 %0, %0, %1;" : "+f"(x) : "f"(other));
  } else if constexpr (kStep == Step::Reciprocal) {
    // Alone, two in a row would be taken for none: the compiler knows that they cancel.
    asm volatile("rcp.approx.ftz.f32 %0, %0;\n\tadd.rn.f32 %0, %0, %1;" : "+f"(x) : "f"(other));
  } else {
    std::uint32_t bits;
    asm volatile("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(x), "f"(other));
    x = __uint_as_float(bits);
  }
}

/// Beside each step, so many multiply-adds of chains of their own.
template <Step kStep, int kBeside>
__global__ void chains(float* out) {
  float x[kChains];
  float beside[kChains];
  const float other = 0.5F + 0.001F * static_cast<float>(threadIdx.x);
  EINSIGHT_UNROLL
  for (int c = 0; c < kChains; ++c) {
    x[c] = 0.001F * static_cast<float>(static_cast<int>(threadIdx.x) + c);
    beside[c] = x[c];
  }
  for (int i = 0; i < kSteps; ++i) {
    EINSIGHT_UNROLL
    for (int c = 0; c < kChains; ++c) {
      advance<kStep>(x[c], other);
      EINSIGHT_UNROLL
      for (int b = 0; b < kBeside; ++b) {
        advance<Step::Fma>(beside[(c * kBeside + b) % kChains], other);
      }
    }
  }
  float sum = 0;
  EINSIGHT_UNROLL
  for (int c = 0; c < kChains; ++c) {
    sum += kBeside > 0 ? x[c] + beside[c] : x[c];
  }
  if (sum == kNever) {
    out[threadIdx.x] = sum;
  }
}

template <class Type>
__global__ void products(float* out) {
  const unsigned lane = threadIdx.x;
  const std::uint32_t a[4] = {somePair(lane), somePair(lane + 1000), somePair(lane + 2000),
                              somePair(lane + 3000)};
  const std::uint32_t b[2] = {somePair(lane + 4000), somePair(lane + 5000)};
  float d[kProducts][4] = {};
  for (int i = 0; i < kProductSteps; ++i) {
    EINSIGHT_UNROLL
    for (int c = 0; c < kProducts; ++c) {
      multiply<Type>(d[c], a, b[0], b[1]);
    }
  }
  const float sum = d[0][0] + d[1][1] + d[2][2] + d[3][3];
  if (sum == kNever) {
    out[threadIdx.x] = sum;
  }
}

/// 16 bytes of shared memory per thread and step, one by one or as matrices of a warp.
template <bool kMatrices>
__global__ void sharedReads(float* out) {
  __shared__ __align__(1024) unsigned char bytes[32768];
  for (int i = static_cast<int>(threadIdx.x); i < 8192; i += kThreads) {
    reinterpret_cast<float*>(bytes)[i] = static_cast<float>(i);
  }
  __syncthreads();
  const auto base = static_cast<std::uint32_t>(__cvta_generic_to_shared(bytes));
  std::uint32_t at = threadIdx.x * 16;
  std::uint32_t sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    std::uint32_t r[4];
    if constexpr (kMatrices) {
      loadMatrices(r, base + at);
    } else {
      asm volatile("ld.shared.v4.u32 {%0,%1,%2,%3}, [%4];"
                   : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                   : "r"(base + at));
    }
    sum += r[0] ^ r[1] ^ r[2] ^ r[3];
    at = (at + 512) & 32767U;
  }
  if (sum == 12345U) {
    out[threadIdx.x] = static_cast<float>(sum);
  }
}

__global__ void barriers() {
#pragma unroll 16 // all of them would be more code than the caches of instructions hold
  for (int i = 0; i < kBarriers; ++i) {
    __syncthreads();
  }
}

__global__ void nothing() {}

template <Step kStep, int kBeside = 0>
Micro rate(const std::string& what) {
  MicroCase micro;
  micro.id = "rate " + what;
  micro.note = "operations per SM and clock = operations / (SMs * seconds * SM clock)";
  return smallMicro(micro, [](unsigned sms, float* out, cudaStream_t stream) {
    chains<kStep, kBeside><<<sms * kBlocks, kThreads, 0, stream>>>(out);
  });
}

Micro withOperations(Micro micro, double operations) {
  micro.what.operations = operations;
  return micro;
}

template <class Type>
Micro productRate(double threads) {
  MicroCase micro;
  micro.id = std::string("rate mma.sync m16n8k16 ") + Type::kName;
  micro.flops = threads / 32 * kProductSteps * kProducts * 2 * 16 * 8 * 16;
  return smallMicro(micro, [](unsigned sms, float* out, cudaStream_t stream) {
    products<Type><<<sms * kBlocks, kThreads, 0, stream>>>(out);
  });
}

template <bool kMatrices>
Micro sharedRate(const std::string& id, double threads) {
  MicroCase micro;
  micro.id = id;
  micro.bytes = threads * kSteps * 16;
  return smallMicro(micro, [](unsigned sms, float* out, cudaStream_t stream) {
    sharedReads<kMatrices><<<sms * kBlocks, kThreads, 0, stream>>>(out);
  });
}

Micro barrierRate(int threads) {
  MicroCase micro;
  micro.id = "barrier of " + std::to_string(threads) + " threads";
  micro.loads = kBarriers;
  micro.note = "one CTA; the time of one is median_us / loads";
  return smallMicro(micro, [threads](unsigned, float*, cudaStream_t stream) {
    barriers<<<1, static_cast<unsigned>(threads), 0, stream>>>();
  });
}

} // namespace

std::vector<Micro> baseMicros(const GpuFacts& facts) {
  const double threads = double(facts.multiprocessors) * kBlocks * kThreads;
  const double steps = threads * kSteps * kChains;
  MicroCase launch;
  launch.id = "launch of an empty kernel";
  const auto empty = [](unsigned, float*, cudaStream_t stream) { nothing<<<1, 32, 0, stream>>>(); };
  return {
      withOperations(rate<Step::Exp2>("exp2"), steps),
      withOperations(rate<Step::Exp2, 4>("exp2 beside 4 fp32 fma"), steps),
      withOperations(rate<Step::Fma>("fp32 fma"), steps),
      withOperations(rate<Step::Max>("fp32 max"), steps),
      withOperations(rate<Step::Add>("fp32 add"), steps),
      withOperations(rate<Step::Multiply>("fp32 mul"), steps),
      withOperations(rate<Step::Convert>("cvt bf16x2"), steps),
      withOperations(rate<Step::Reciprocal>("reciprocal"), steps),
      productRate<Bf16>(threads),
      productRate<Fp16>(threads),
      sharedRate<false>("shared memory read", threads),
      sharedRate<true>("shared memory ldmatrix", threads),
      smallMicro(launch, empty),
      barrierRate(128),
      barrierRate(256),
      barrierRate(512),
      barrierRate(1024),
  };
}

} // namespace einsight::validation::cuda

#pragma once
#include "validation/cuda/target.hpp"
#include "validation/cuda/types.hpp"

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace einsight::validation::cuda {

EINSIGHT_DEVICE int threadIndex() {
  return static_cast<int>(threadIdx.x);
}
EINSIGHT_DEVICE int blockX() {
  return static_cast<int>(blockIdx.x);
}
EINSIGHT_DEVICE int blockY() {
  return static_cast<int>(blockIdx.y);
}
EINSIGHT_DEVICE int blockZ() {
  return static_cast<int>(blockIdx.z);
}

/// Dynamic shared memory, at a multiple of 1024 bytes: swizzled tiles need it.
EINSIGHT_DEVICE std::uint32_t sharedBase() {
  extern __shared__ __align__(1024) unsigned char dynamicShared[];
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(dynamicShared));
}

EINSIGHT_DEVICE void syncThreads() {
  __syncthreads();
}

/// Makes what the warp's lanes wrote to shared memory visible to its other lanes.
EINSIGHT_DEVICE void syncWarp() {
  __syncwarp();
}

EINSIGHT_DEVICE float shuffleXor(float value, int mask) {
  return __shfl_xor_sync(0xffffffffU, value, mask);
}

/// The first lane's value: the compiler then knows that the warp does not diverge on it.
EINSIGHT_DEVICE int uniform(int value) {
  return __shfl_sync(0xffffffffU, value, 0);
}

/// 2^x; about 2 ulp, and 0 for results that would be subnormal.
EINSIGHT_DEVICE float exp2Fast(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

/// 1 / x; about 1 ulp.
EINSIGHT_DEVICE float reciprocalFast(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

template <class Type>
EINSIGHT_DEVICE std::uint32_t pack(float low, float high);
template <>
EINSIGHT_DEVICE std::uint32_t pack<Bf16>(float low, float high) {
  std::uint32_t bits;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
  return bits;
}
template <>
EINSIGHT_DEVICE std::uint32_t pack<Fp16>(float low, float high) {
  std::uint32_t bits;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
  return bits;
}

/// The lower and the upper number of a packed pair.
template <class Type>
EINSIGHT_DEVICE float2 unpack(std::uint32_t pair);
template <>
EINSIGHT_DEVICE float2 unpack<Bf16>(std::uint32_t pair) {
  return {__uint_as_float(pair << 16U), __uint_as_float(pair & 0xffff0000U)};
}
template <>
EINSIGHT_DEVICE float2 unpack<Fp16>(std::uint32_t pair) {
  return __half22float2(*reinterpret_cast<const __half2*>(&pair));
}

EINSIGHT_DEVICE void storeShared(std::uint32_t address, float value) {
  asm volatile("st.shared.f32 [%0], %1;" ::"r"(address), "f"(value) : "memory");
}
EINSIGHT_DEVICE void storeShared(std::uint32_t address, std::uint32_t value) {
  asm volatile("st.shared.u32 [%0], %1;" ::"r"(address), "r"(value) : "memory");
}
EINSIGHT_DEVICE float loadSharedFloat(std::uint32_t address) {
  float value;
  asm volatile("ld.shared.f32 %0, [%1];" : "=f"(value) : "r"(address) : "memory");
  return value;
}
EINSIGHT_DEVICE std::uint32_t loadSharedWord(std::uint32_t address) {
  std::uint32_t value;
  asm volatile("ld.shared.u32 %0, [%1];" : "=r"(value) : "r"(address) : "memory");
  return value;
}

/// Four 8x8 matrices of 16-bit numbers; lanes 8i to 8i+7 give the addresses of matrix i's rows.
/// Lane l gets of each the numbers 2(l%4) and the next of row l/4 ; transposed: of column l/4.
EINSIGHT_DEVICE void loadMatrices(std::uint32_t (&r)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address)
               : "memory");
}
EINSIGHT_DEVICE void loadMatricesTransposed(std::uint32_t (&r)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address)
               : "memory");
}

/// d (16, 8) += a (16, 16) b (16, 8), summed in float.
template <class Type>
EINSIGHT_DEVICE void multiply(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                              std::uint32_t b1);
template <>
EINSIGHT_DEVICE void multiply<Bf16>(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                                    std::uint32_t b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, "
               "{%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
template <>
EINSIGHT_DEVICE void multiply<Fp16>(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                                    std::uint32_t b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, "
               "{%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/// Copies 16 bytes to shared memory in the background, or writes zeros where there is no source.
EINSIGHT_DEVICE void copyAsync(std::uint32_t to, const void* from, bool exists) {
  const int bytes = exists ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to),
               "l"(__cvta_generic_to_global(from)), "r"(bytes)
               : "memory");
}
EINSIGHT_DEVICE void commitCopies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}
/// Waits until all but the newest `kLeft` groups of this thread's copies have landed.
template <int kLeft>
EINSIGHT_DEVICE void waitCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kLeft) : "memory");
}

} // namespace einsight::validation::cuda

#pragma once

/// Kernels are headers that compile twice: by nvcc for a GPU, and by a C++20 compiler for the
/// emulator, so that every index, mask, barrier and pipeline is tested without a GPU.
#ifdef __CUDACC__
#define EINSIGHT_DEVICE __device__ __forceinline__
#define EINSIGHT_BOTH __host__ __device__ __forceinline__
#define EINSIGHT_UNROLL _Pragma("unroll")
#define EINSIGHT_UNROLL_TWICE _Pragma("unroll 2")
#define EINSIGHT_GRID_CONSTANT __grid_constant__
#else
#define EINSIGHT_DEVICE inline
#define EINSIGHT_BOTH inline
#define EINSIGHT_UNROLL
#define EINSIGHT_UNROLL_TWICE
#define EINSIGHT_GRID_CONSTANT
#endif

namespace einsight::validation::cuda {

/// The same value, of which the compiler knows nothing: what follows from it is computed again
/// where it is needed, and not kept in registers that others need.
EINSIGHT_BOTH int forgotten(int value) {
#ifdef __CUDA_ARCH__
  asm volatile("" : "+r"(value));
#endif
  return value;
}

} // namespace einsight::validation::cuda

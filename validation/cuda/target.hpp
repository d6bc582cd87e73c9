#pragma once

/// Kernels are headers that compile twice: by nvcc for a GPU, and by a C++20 compiler for the
/// emulator, so that every index, mask, barrier and pipeline is tested without a GPU.
#ifdef __CUDACC__
#define EINSIGHT_DEVICE __device__ __forceinline__
#define EINSIGHT_BOTH __host__ __device__ __forceinline__
#define EINSIGHT_UNROLL _Pragma("unroll")
#define EINSIGHT_GRID_CONSTANT __grid_constant__
#else
#define EINSIGHT_DEVICE inline
#define EINSIGHT_BOTH inline
#define EINSIGHT_UNROLL
#define EINSIGHT_GRID_CONSTANT
#endif

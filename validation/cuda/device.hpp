#pragma once
#include "validation/cuda/target.hpp"
#include "validation/cuda/types.hpp"

/// What kernels ask of a GPU, one function per instruction. `detail/device_gpu.hpp` is the PTX,
/// `detail/device_emulated.hpp` the same on the CPU. Addresses of shared memory are 32-bit.
///
/// A fragment of an m16n8k16 product, for lane l with g = l / 4 and t = l % 4 (PTX ISA 9.7.14.5.8):
///   A (16, 16): registers hold rows g, g+8, g, g+8 and columns 2t.. of halves 0, 0, 1, 1
///   B (16, 8):  registers hold column g and rows 2t.. of halves 0, 1
///   C (16, 8):  numbers hold row g, columns 2t and 2t+1, then row g+8, the same columns
#ifdef __CUDACC__
#include "validation/cuda/detail/device_gpu.hpp"
#else
#include "validation/cuda/detail/device_emulated.hpp"
#endif

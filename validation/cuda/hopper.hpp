#pragma once
#include "validation/cuda/device.hpp"

/// What kernels ask of sm_90a besides device.hpp: transaction barriers, bulk tensor copies,
/// products of a warpgroup (four warps) with operands in shared memory.
#ifdef __CUDACC__
#include "validation/cuda/detail/hopper_gpu.hpp"
#else
#include "validation/cuda/detail/hopper_emulated.hpp"
#endif

namespace einsight::validation::cuda {

/// Tiles for these copies and products lie in panels of 64 columns: (rows, 64), 128 bytes a row,
/// where the copy puts chunk c of row r to c ^ (r % 8), as the products expect it (128-byte
/// swizzle).
constexpr int kPanel = 64;
constexpr std::uint32_t kPanelRowBytes = 2 * kPanel;

/// Describes a matrix operand in panels. Source: PTX ISA 9.7.15.5.1.2, matrix descriptor.
///   bits 0-13: address / 16; 16-29: leading offset / 16; 32-45: stride offset / 16; 62-63: 1, the
///   128-byte swizzle. The stride leads from eight rows to the next eight. The leading offset
///   counts only for operands whose rows are the summed rank: it leads from a panel to the next.
EINSIGHT_DEVICE std::uint64_t describe(std::uint32_t address, std::uint32_t leadingBytes) {
  const std::uint64_t stride = 8 * kPanelRowBytes;
  return static_cast<std::uint64_t>((address & 0x3ffffU) >> 4U) |
         static_cast<std::uint64_t>(leadingBytes >> 4U) << 16U | (stride >> 4U) << 32U |
         std::uint64_t{1} << 62U;
}

} // namespace einsight::validation::cuda

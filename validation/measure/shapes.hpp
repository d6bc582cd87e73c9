#pragma once
#include "validation/cuda/kernel_case.hpp"

#include <array>
#include <vector>

/// Cases of kernels by their sizes: what the suites and the checks of `measure` are made of.
namespace einsight::validation {

using Axes = std::array<int, cuda::kAxes>;

inline constexpr std::array kDecodeKinds{cuda::KernelKind::SplitKv, cuda::KernelKind::StreamK};
inline constexpr std::array kPermuteKinds{cuda::KernelKind::Permute, cuda::KernelKind::Unpermute};
constexpr int kUsualTokens = 16384; ///< of a batch, so that short sequences fill a device as well
constexpr int kUsualWidth = 2048;   ///< heads times head dimension

cuda::KernelCase attention(int batch, int headsQ, int headsKv, int length, int head, bool causal);

/// The usual shape of a length: 16 Ki tokens, 2048 numbers a token.
cuda::KernelCase usual(int length, int head, bool causal);

cuda::KernelCase neighborhood(const Axes& layout, const Axes& window, const Axes& stride,
                              int heads);

/// Moves an operand between the order of a layout and that of its tiles, of so many tokens.
cuda::KernelCase permutation(cuda::KernelKind kind, const Axes& layout, int tokens, int heads);

/// One query against a cache.
cuda::KernelCase decode(cuda::KernelKind kind, int batch, int headsQ, int headsKv, int context);

/// Latent attention: all heads share keys of 512 numbers and 64 with the position, values are the
/// 512.
cuda::KernelCase latent(cuda::KernelKind kind, int batch, int heads, int context);

/// Adds the case for every kind of fused kernel.
void addFused(std::vector<cuda::KernelCase>& cases, cuda::KernelCase which);

} // namespace einsight::validation

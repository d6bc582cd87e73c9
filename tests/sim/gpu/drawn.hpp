#pragma once
#include "sim/gpu/gpu.hpp"

/// Kernels and devices drawn at random; only inside a property of rapidcheck.
namespace einsight::sim::gpu::test {

std::int64_t drawn(std::int64_t low, std::int64_t high);
bool coin();

/// Steps, transfers, kinds, groups and often work lists; `uniformKinds`: one kind, no lists.
Kernel drawKernel(bool uniformKinds);
/// With bandwidths, caches, clocks and launches that often matter.
Device drawDevice();

} // namespace einsight::sim::gpu::test

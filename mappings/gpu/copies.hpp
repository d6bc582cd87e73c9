#pragma once
#include "mappings/gpu/kernel_plan.hpp"
#include "sim/gpu/kernel.hpp"

namespace einsight::mappings::gpu {

/// Kernels that read tensors and write them elsewhere, one each: what a program does that computes
/// with other layouts than it is given.
std::vector<sim::gpu::Kernel> copiesOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                                       const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu

#pragma once
#include "mappings/gpu/kernel_plan.hpp"
#include "sim/gpu/kernel.hpp"

namespace einsight::mappings::gpu {

/// In `copies:` and `clears:`: all tensors that CTAs of the other kernels add up in memory.
constexpr std::string_view kAdded = "added";

/// Finds which tensors each kernel rewrites or clears, and which of them lie in memory as sums of
/// CTAs. What is no such sum needs no clearing. A problem: CTAs that would each clear a whole
/// tensor.
void resolveCopies(std::vector<KernelPlan>& kernels, core::Problems& problems);

/// Kernels that read tensors and write them elsewhere, one each: what a program does that computes
/// with other layouts or types than it is given. Likewise kernels that write zeros.
std::vector<sim::gpu::Kernel> copiesOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                                       const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu

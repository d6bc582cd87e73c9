#pragma once
#include "mappings/gpu/kernel_plan.hpp"
#include "mappings/gpu/plan.hpp"

namespace einsight::mappings::gpu {

/// Refuses tensors that the GPU's memory does not hold at once. While a kernel runs, all inputs are
/// there, results that have begun, and what one kernel leaves for another from its making to its
/// last use, as far as it is read. Weights or caches of other layers, what kernels leave for
/// themselves and a framework's own are not counted, so what is refused never fits.
/// `batch`: the cascade is counted once per sequence.
core::Problems memoryProblems(const std::vector<KernelPlan>& kernels,
                              const einsum::Cascade& cascade, const arch::Gpu& gpu,
                              const Batch* batch = nullptr);

} // namespace einsight::mappings::gpu

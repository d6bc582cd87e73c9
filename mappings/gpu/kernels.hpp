#pragma once
#include "mappings/gpu/kernel_plan.hpp"
#include "mappings/gpu/plan.hpp"

/// A kernel of a mapping in numbers.
namespace einsight::mappings::gpu {

/// What kernels are made for.
struct KernelContext {
  const einsum::Cascade& cascade; ///< of the padded batch, where lengths differ
  const arch::Gpu& gpu;
  const ReplaceTrips& replace;
  const Batch* batch = nullptr;
};

struct FittingKernel;

/// The kernel, and the merge of a divided loop; nothing, with problems, where a sequence of the
/// batch cannot be planned.
std::vector<sim::gpu::Kernel> kernelsOf(const FittingKernel& kernel, const KernelContext& context,
                                        core::Problems& problems);

} // namespace einsight::mappings::gpu

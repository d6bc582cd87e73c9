#pragma once
#include "mappings/gpu/graph.hpp"

/// A loop that is divided over several CTAs (split-KV): each leaves what the loop carries in
/// memory, in 32 bits, and a kernel of its own merges that and does what comes after the loop.
namespace einsight::mappings::gpu {

/// What the CTAs of a divided loop leave for the merge: running values and sums over the loop.
std::vector<sim::gpu::Transfer> partialResults(const KernelPlan& plan,
                                               const einsum::Cascade& cascade);

/// The kernel that merges them: per part, the operations of the loop's Einsums that work on the
/// carried values alone. Precondition: partsOf() took every operation of the plan.
sim::gpu::Kernel mergeOf(const KernelPlan& plan, const Graph& graph, const einsum::Cascade& cascade,
                         const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu

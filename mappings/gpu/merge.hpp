#pragma once
#include "mappings/gpu/cta/graph.hpp"
#include "mappings/gpu/grid/jobs.hpp"

/// A loop that is divided over several CTAs (split-KV, stream-K): each leaves what the loop carries
/// in memory, in 32 bits, and a kernel of its own, or one of those CTAs, merges that and does what
/// comes after the loop.
namespace einsight::mappings::gpu {

/// What the CTAs of a divided loop leave for the merge: running values and sums over the loop.
std::vector<sim::gpu::Transfer> partialResults(const KernelPlan& plan,
                                               const einsum::Cascade& cascade);

/// Merging by so many warpgroups: an iteration per part, the operations of the loop's Einsums that
/// work on the carried values alone; then what comes after the loop.
/// Precondition: partsOf() took every operation of the plan.
sim::gpu::Body mergeBody(const KernelPlan& plan, const Graph& graph, const einsum::Cascade& cascade,
                         const arch::Gpu& gpu, int warpgroups);

/// The kernel that merges `parts` of each job, with four warps a CTA. What L2 can hold of them it
/// has.
sim::gpu::Kernel mergeOf(const KernelPlan& plan, const Graph& graph, const einsum::Cascade& cascade,
                         const arch::Gpu& gpu, const Jobs& jobs,
                         const std::vector<std::int64_t>& parts);

} // namespace einsight::mappings::gpu

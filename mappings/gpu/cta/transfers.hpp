#pragma once
#include "mappings/gpu/cta/graph.hpp"

/// What a kernel's CTAs move between memory and the SM.
namespace einsight::mappings::gpu {

/// A tensor that comes from outside the kernel, where it is first needed.
struct Load {
  std::string tensor; ///< in memory, behind views
  Role role = Role::Prologue;
  sim::gpu::Transfer transfer;
  double tileBytes = 0; ///< of a whole tile, also where the last one is short
  int bits = 16;
  /// Rank variables that decide which bytes of memory these are, outside index tensors.
  std::vector<std::string> variables;
  std::vector<std::string> listed; ///< those of the grid that decide only through index tensors
  double reach = 1; ///< iterations that would take all of what index tensors choose among
};

/// CTAs of one stream with lists of their own of what they take from it. Which parts of it a list
/// names is not known: lists are taken to be spread evenly over the stream.
struct Lists {
  std::vector<std::string> variables; ///< of the grid: those with other values have other lists
  std::int64_t reach = 0;             ///< iterations that would take all of the stream
};

/// Loads of a kernel, each tensor once: per iteration when it depends on the loop, else before the
/// loop, or after it when only what comes after needs it.
std::vector<Load> loadsOf(const KernelPlan& plan, const Graph& graph,
                          const einsum::Cascade& cascade);

/// Rank variables of the grid that decide which bytes the CTAs stream in the loop, or altogether
/// where there is none; none of them when all CTAs stream the same.
/// Where two loads have different ones (the operands of a product), each has its own: those of the
/// stream with the most bytes, or with `second` the other's. Nothing where no CTA shares anything.
std::optional<std::vector<std::string>> streamsOf(const KernelPlan& plan,
                                                  const std::vector<Load>& loads, bool second);

/// Lists of index tensors that tell the CTAs of the first stream apart; none where a load of it is
/// the same for all of them.
Lists listsOf(const KernelPlan& plan, const std::vector<Load>& loads);

/// What a CTA writes of a tensor, in which role; its part of a sum over CTAs in 32 bits, `shared`.
std::pair<Role, sim::gpu::Transfer> storeOf(const KernelPlan& plan, const std::string& tensor,
                                            const einsum::Cascade& cascade);

/// The zeros that a CTA writes into a sum before others add to it, in 32 bits.
sim::gpu::Transfer clearOf(const KernelPlan& plan, const einsum::Einsum& sum,
                           const einsum::Cascade& cascade);

/// What CTAs add to sums in every iteration goes with the stream whose variables of the grid are
/// those of the sum, or include them; where there is none, it is not `shared` any more.
void shareAdds(const KernelPlan& plan, const std::vector<Load>& loads, sim::gpu::Part& iteration);

} // namespace einsight::mappings::gpu

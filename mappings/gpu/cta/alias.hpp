#pragma once
#include "mappings/gpu/cta/graph.hpp"

namespace einsight::mappings::gpu {

/// Results that lie in one place of tensor memory, one after another in every iteration: each waits
/// until what lay there has been read, the first of a list until the last of the iteration before
/// has been (Zadouri et al., FlashAttention-4, arXiv 2603.05451, section on the backward pass).
/// Adds these waits to the graph, before its levels are known. Reports lists that name what does
/// not lie there, or whose order contradicts the Einsums.
void addAliases(Graph& graph, const KernelPlan& plan, core::Problems& problems);

/// Bytes of tensor memory that results take together: `products` have those of their padded tiles;
/// those that share a place take the largest of them.
double tensorMemoryBytes(const KernelPlan& plan, const std::map<std::string, double>& products,
                         const einsum::Cascade& cascade);

} // namespace einsight::mappings::gpu

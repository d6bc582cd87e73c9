#pragma once
#include "mappings/gpu/cta/graph.hpp"

/// Work on the lanes that is not in the Einsums: several lanes hold a row of a product's result.
namespace einsight::mappings::gpu {

/// How the lanes hold the results of a kernel's products. Results in registers: the columns of a
/// row are divided over the 4 lanes of a quad (PTX ISA, fragments of mma.m16n8k16 and of wgmma);
/// results in tensor memory: a lane reads a whole row (PTX ISA, tcgen05.ld.32x32b).
RowLayout rowLayoutOf(const Graph& graph, const KernelPlan& plan);

/// Adds to Node::repeated what follows from that. A value that a row has one of is computed by
/// every lane of the row. A reduction over columns whose result is needed again at every column in
/// the same iteration is exchanged between the lanes, in steps of a tree: a shuffle and the
/// operation each. Sums that only go on to the next iteration stay apart in the lanes.
void addRowWork(Graph& graph, const KernelPlan& plan);

/// Nodes of which each warpgroup takes what all of them made: those with rows that the warpgroups
/// have divided, where the node sums over them. Any: the warpgroups meet before it.
std::vector<int> takenFromAll(const Graph& graph, const Node& node, const KernelPlan& plan);

} // namespace einsight::mappings::gpu

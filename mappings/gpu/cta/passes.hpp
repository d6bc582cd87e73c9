#pragma once
#include "mappings/gpu/cta/graph.hpp"

namespace einsight::mappings::gpu {

/// The passes over a tile that a step on the lanes takes: a node begins another one where it needs,
/// at every value of a variable, what the step reduces over that variable before (a maximum that is
/// subtracted from every score). Of each of `nodes`, the number of its pass, from 0; one
/// pass where nodes need each other.
std::map<int, int> passesOf(const Graph& graph, const std::vector<int>& nodes);

} // namespace einsight::mappings::gpu

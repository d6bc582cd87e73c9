#pragma once
#include "mappings/gpu/cta/graph.hpp"

namespace einsight::mappings::gpu {

/// Which nodes can be done together: sets `level`, `turn` and `joint` of all, from what they need
/// and wait for.
void addLevels(Graph& graph, const KernelPlan& plan);

} // namespace einsight::mappings::gpu

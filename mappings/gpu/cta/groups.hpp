#pragma once
#include "mappings/gpu/cta/lanes.hpp"

namespace einsight::mappings::gpu {

/// Nodes that are done together, as one step of their role: on one unit, at one level, those for
/// which the warpgroups meet after the others. In kernels that interleave, each pass over the tile
/// is a step of its own, with another for its special functions, and so is rescaling of running
/// sums.
struct StepGroup {
  std::vector<int> nodes;
  bool product = false;
  bool joint = false;             ///< the warpgroups meet before it
  bool apart = false;             ///< by warps that do nothing else
  std::map<int, LaneCost> passes; ///< of those that are no products, in the order of the passes
  int step = 0;                   ///< its number in the list of steps
  int special = -1; ///< number of the step of its special functions, if that is one of its own
};

/// In the order of their steps.
std::vector<StepGroup> stepGroupsOf(const KernelPlan& plan, const Graph& graph, Role role,
                                    LaneWork& work);

} // namespace einsight::mappings::gpu

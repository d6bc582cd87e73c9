#include "mappings/gpu/cta/shrink.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

/// Halves the largest tile of a plan, of the grid or, where those are small, of the loop; false
/// when none is left to halve.
bool halve(KernelPlan& plan) {
  constexpr std::int64_t kSmallest = 8;
  Axis* largest = plan.loop ? &*plan.loop : nullptr;
  for (auto& axis : plan.grid) {
    if (axis.tile > kSmallest && (largest == nullptr || largest->tile <= kSmallest ||
                                  std::min(axis.tile, axis.size) >= largest->tile)) {
      largest = &axis;
    }
  }
  if (largest == nullptr || largest->tile <= kSmallest) {
    return false;
  }
  largest->tile = (std::min(largest->tile, largest->size) + 1) / 2;
  plan.extents.of[largest->variable] = largest->tile;
  return true;
}

} // namespace

bool shrink(KernelPlan& plan) {
  constexpr std::int64_t kRows = 64; ///< of an instruction of a warpgroup
  constexpr int kMostWarpgroups = 4;
  const bool large = std::any_of(plan.grid.begin(), plan.grid.end(),
                                 [](const Axis& axis) { return axis.tile > kRows; });
  if (!large && plan.warpgroups < kMostWarpgroups) { // they divide the columns
    plan.warpgroups *= 2;
    return true;
  }
  if (!large && plan.stages > 1) {
    --plan.stages;
    return true;
  }
  return halve(plan);
}

} // namespace einsight::mappings::gpu

#pragma once
#include "mappings/gpu/kernel_plan.hpp"

namespace einsight::mappings::gpu {

/// Smaller tiles, or fewer of them in flight where that keeps them large enough for an instruction;
/// false when nothing is left to make smaller.
bool shrink(KernelPlan& plan);

} // namespace einsight::mappings::gpu

#pragma once
#include "mappings/gpu/cta/occupancy.hpp"
#include "mappings/gpu/kernels.hpp"

namespace einsight::mappings::gpu {

/// What a plan's tiles do, whatever their number.
struct Inside {
  Graph graph;
  std::vector<Load> loads;
  Parts parts;
};

/// Nothing, with problems, where the GPU lacks something or what a CTA does has no order.
std::optional<Inside> insideOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                               const arch::Gpu& gpu, core::Problems& problems);

/// A kernel that fits an SM. What is left to find is the list of its CTAs, which may be long.
struct FittingKernel {
  KernelPlan plan;
  Inside inside;
  Occupancy occupancy;
};

/// Tiles are made smaller until they fit, where the kernel may choose them; nothing, with problems,
/// where it cannot be.
std::optional<FittingKernel> fit(const KernelPlan& plan, const KernelContext& context,
                                 core::Problems& problems);

} // namespace einsight::mappings::gpu

#pragma once
#include "mappings/gpu/kernel_plan.hpp"
#include "mappings/gpu/plan.hpp"

/// How many iterations each CTA of a kernel goes through, which of them are partly masked, and in
/// which order the CTAs are launched.
namespace einsight::mappings::gpu {

/// The Einsum that decides which iterations are visited: the first of the loop with a mask, else
/// the first whose indices can leave a tensor's shape; null when all iterations are the same.
const einsum::Einsum* maskedEinsum(const KernelPlan& plan);

/// CTAs of the grid, without a split of the loop.
std::int64_t ctaCount(const KernelPlan& plan);

/// From the box of rank variables of each CTA and the constraints of maskedEinsum: an iteration in
/// whose box some constraint holds nowhere is not visited, one in whose box all hold everywhere is
/// full, any other is partly masked. `streams`: rank variables that decide which bytes a CTA
/// streams; nothing: no two CTAs stream the same. `second`: those of what it streams besides.
Trips tripsOf(const KernelPlan& plan, const std::optional<std::vector<std::string>>& streams,
              const std::optional<std::vector<std::string>>& second = {});

} // namespace einsight::mappings::gpu

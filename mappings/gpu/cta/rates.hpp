#pragma once
#include "mappings/gpu/kernel_plan.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {

/// Cycles of one warpgroup on the lanes.
struct LaneCost {
  double issue = 0;   ///< in which the schedulers issue its operations
  double special = 0; ///< on the units for special functions, at the rate that they sustain

  /// One beside the other.
  [[nodiscard]] double cycles() const { return std::max(issue, special); }
  LaneCost& add(const LaneCost& other, double times);
};

/// How fast a GPU is at what a kernel does. What the GPU lacks is a problem with the kernel's
/// place.
class Rates {
public:
  Rates(const KernelPlan& plan, const arch::Gpu& gpu);

  /// Of the kernel's instruction for operands of so many bits, or of the next wider type that it
  /// has; null where there is none.
  const arch::TensorRate* tensor(const einsum::Einsum& einsum, int bits);
  /// Of the lanes per operation of a tile, a share of them as the kernel emulates it.
  LaneCost lane(const std::string& op, const einsum::Einsum& einsum);

  [[nodiscard]] const core::Problems& problems() const { return problems_; }

private:
  LaneCost done(const std::string& op, const einsum::Einsum& einsum);
  /// Whether the GPU has the kernel's instruction, for any type.
  [[nodiscard]] bool hasInstruction() const;
  void report(std::string what, std::string help);

  const KernelPlan& plan_;
  const arch::Gpu& gpu_;
  core::Problems problems_;
};

} // namespace einsight::mappings::gpu

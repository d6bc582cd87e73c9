#pragma once
#include "mappings/gpu/kernel_plan.hpp"

namespace einsight::mappings::gpu {

/// How fast a GPU is at what a kernel does. What the GPU lacks is a problem with the kernel's
/// place.
class Rates {
public:
  Rates(const KernelPlan& plan, const arch::Gpu& gpu) : plan_(plan), gpu_(gpu) {}

  /// Of the kernel's instruction for operands of so many bits, or of the next wider type that it
  /// has; null where there is none.
  const arch::TensorRate* tensor(const einsum::Einsum& einsum, int bits);
  /// Of the lanes, for one warpgroup, per operation of a tile.
  double laneCycles(const std::string& op, const einsum::Einsum& einsum);

  [[nodiscard]] const core::Problems& problems() const { return problems_; }

private:
  void report(std::string what, std::string help);

  const KernelPlan& plan_;
  const arch::Gpu& gpu_;
  core::Problems problems_;
};

} // namespace einsight::mappings::gpu

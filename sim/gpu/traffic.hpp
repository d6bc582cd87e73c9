#pragma once
#include "sim/gpu/kernel.hpp"

namespace einsight::sim::gpu {

/// Bytes that one CTA of a kind moves.
struct Traffic {
  double read = 0;                       ///< out of L2: all its loads
  double written = 0;                    ///< into L2: all its stores
  double own = 0;                        ///< of `read`, what no other CTA reads
  double stream = 0;                     ///< of `read`, what CTAs of its reuse group read too
  double second = 0;                     ///< the same of its second reuse group
  double streamStep = 0, secondStep = 0; ///< of them, in one iteration
  double shared = 0;                     ///< out of and into shared memory
  double waste = 1;      ///< bytes DRAM moves for one that is read: short runs fill bursts in part
  double writeWaste = 1; ///< the same of one that is written, in the time of bytes that are read

  [[nodiscard]] double l2() const { return read + written; }
};

/// What a CTA of that kind moves. Rows of a tile that do not exist are neither loaded before nor
/// stored after the iterations, and what does not exist of the iterations' tiles is not loaded.
Traffic traffic(const Kernel& kernel, const Device& device, const Kind& kind);

} // namespace einsight::sim::gpu

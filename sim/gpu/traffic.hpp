#pragma once
#include "sim/gpu/kernel.hpp"

#include <array>

namespace einsight::sim::gpu {

/// Bytes of one CTA that others of its group stream too.
struct SharedTraffic {
  double loaded = 0;
  double added = 0; ///< to sums that lie in L2, or come there from DRAM and go back
  double step = 0;  ///< of both, in one iteration

  [[nodiscard]] double all() const { return loaded + added; }
};

/// Bytes that one CTA of a kind moves.
struct Traffic {
  double read = 0;                        ///< out of L2: all its loads
  double written = 0;                     ///< into L2: all its stores
  double own = 0;                         ///< of `read`, what no other CTA reads
  double stored = 0;                      ///< of `written`, what is not added to a stream's sums
  std::array<SharedTraffic, 2> streams{}; ///< of its reuse group, and of its second one
  double shared = 0;                      ///< out of and into shared memory
  double waste = 1;      ///< bytes DRAM moves for one that is read: short runs fill bursts in part
  double writeWaste = 1; ///< the same of one of `stored`, in the time of bytes that are read
  double addWaste = 1;   ///< the same of one that is added: fetched, and written back

  [[nodiscard]] double l2() const { return read + written; }
};

/// What a CTA of that kind moves. Rows of a tile that do not exist are neither loaded before nor
/// stored after the iterations, and what does not exist of the iterations' tiles is not loaded.
Traffic traffic(const Kernel& kernel, const Device& device, const Kind& kind);

/// Bytes of CTAs that DRAM moves.
struct DramTraffic {
  double read = 0, written = 0;
  double moved = 0; ///< with the waste of short runs, in the time of bytes that are read

  /// What no other CTA shares.
  void addOwn(const Traffic& bytes);
  /// What comes of a stream: so many of its loaded bytes, and of those that are added.
  void addStream(double loaded, double added, double waste, double addWaste);
};

} // namespace einsight::sim::gpu

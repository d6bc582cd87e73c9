#pragma once
#include "sim/gpu/paces.hpp"

#include <cstddef>
#include <vector>

namespace einsight::sim::gpu {

/// What the SMs did over a kernel, in cycles of the clock it was run at.
struct GridTotals {
  double cycles = 0;
  double firstIdle = 0;    ///< when the first SM found nothing more to do
  double activeCycles = 0; ///< sum over SMs: something was resident
  double slowedCycles = 0; ///< of them: more than without waiting for L2 and DRAM
  double dramReadBytes = 0, dramWriteBytes = 0;           ///< asked for
  double dramMovedBytes = 0;                              ///< with the waste of short runs
  double evictedBytes = 0;                                ///< of those written: of DirtyLines
  std::array<std::array<double, kWaits>, kUnits> waits{}; ///< sums over SMs, see Pace
  std::vector<std::int64_t> ctas;                         ///< per kind
};

/// A pace that CTAs of a kind went at.
struct UsedPace {
  std::int32_t kind = 0;
  std::int64_t residents = 1;
  Pace pace;
  double ctas = 0; ///< that were done at it, in parts of them too
};

/// Bandwidths behind the SMs, in bytes per cycle of the SMs' clock.
struct Bandwidth {
  double l2 = 0; ///< 0: without bound
  double dram = 0;
};

/// Bytes in L2 that were written before the kernel began. What comes into L2 takes a place at
/// random, and DRAM takes back what was there.
struct DirtyLines {
  double bytes = 0;    ///< as the kernel begins
  double capacity = 0; ///< of L2

  /// Those that are written back while the bytes that came into L2 grow from `before` to `after`.
  [[nodiscard]] double evicted(double before, double after) const;
};

/// A grid in virtual time: as if L2 and DRAM gave all that is asked for. Which CTA goes to which
/// SM, and what it finds in L2, is the same under every bandwidth; only how long each stretch takes
/// is not.
struct Timeline {
  /// Between two events.
  struct Stretch {
    double cycles = 0;
    double l2 = 0, dram = 0; ///< bytes per cycle that all SMs ask for
    double brought = 0;      ///< the same of bytes that come into L2
  };
  /// An SM has nothing resident any more.
  struct Ending {
    double cycles = 0;         ///< virtual ones until then
    std::size_t stretches = 0; ///< that came before
  };

  std::vector<Stretch> stretches;
  std::vector<Ending> endings;
  double cycles = 0;
  bool idleSms = false;  ///< some SM never has a CTA
  double syncCycles = 0; ///< sum over SMs: CTAs were there, and all waited for others
  double dramReadBytes = 0, dramWriteBytes = 0, dramMovedBytes = 0;
  std::vector<std::int64_t> ctas; ///< per kind
  std::vector<UsedPace> used;
};

/// The grid when SMs that ask for more bytes than L2 or DRAM can give are all slowed, each in
/// proportion to what it asks for, as from a queue. `used` are the paces of `timeline.used`; they
/// may differ from those in why units stand still.
GridTotals totalsUnder(const Timeline& timeline, const std::vector<UsedPace>& used,
                       const Bandwidth& bandwidth, const DirtyLines& dirty = {});

} // namespace einsight::sim::gpu

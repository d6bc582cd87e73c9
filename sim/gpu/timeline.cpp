#include "sim/gpu/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace einsight::sim::gpu {
namespace {

/// How much longer a stretch takes that asks for so many bytes per cycle: 1 where there are enough.
double slowing(double asked, double given) {
  return given > 0 && asked > given ? asked / given : 1;
}

/// Why units stood still, at every pace in proportion to what was done at it.
void addWaits(const std::vector<UsedPace>& used, GridTotals& totals) {
  for (const auto& each : used) {
    for (std::size_t unit = 0; unit < 2; ++unit) {
      for (std::size_t w = 0; w < kWaits; ++w) {
        totals.waits[unit][w] += each.ctas * each.pace.waits[unit][w];
      }
    }
  }
}

} // namespace

double DirtyLines::evicted(double before, double after) const {
  return bytes > 0 ? bytes * (std::exp(-before / capacity) - std::exp(-after / capacity)) : 0;
}

GridTotals totalsUnder(const Timeline& timeline, const std::vector<UsedPace>& used,
                       const Bandwidth& bandwidth, const DirtyLines& dirty) {
  GridTotals totals;
  double brought = 0; // bytes into L2
  totals.firstIdle = timeline.idleSms ? 0 : std::numeric_limits<double>::infinity();
  double lost = 0; // cycles more than virtual ones
  auto stretch = timeline.stretches.begin();
  const auto pass = [&](std::vector<Timeline::Stretch>::const_iterator until) {
    for (; stretch != until; ++stretch) {
      const double before = std::exchange(brought, brought + stretch->brought * stretch->cycles);
      const double evicted = dirty.evicted(before, brought);
      const double dram = stretch->dram + evicted / stretch->cycles;
      const double slower =
          std::max(slowing(stretch->l2, bandwidth.l2), slowing(dram, bandwidth.dram));
      totals.evictedBytes += evicted;
      lost += stretch->cycles * (slower - 1);
    }
  };
  for (const auto& ending : timeline.endings) {
    pass(timeline.stretches.begin() + static_cast<std::ptrdiff_t>(ending.stretches));
    const double now = ending.cycles + lost;
    totals.activeCycles += now;
    totals.slowedCycles += lost;
    totals.firstIdle = std::min(totals.firstIdle, now);
  }
  pass(timeline.stretches.end());
  totals.cycles = timeline.cycles + lost;
  totals.dramReadBytes = timeline.dramReadBytes;
  totals.dramWriteBytes = timeline.dramWriteBytes + totals.evictedBytes;
  totals.dramMovedBytes = timeline.dramMovedBytes + totals.evictedBytes;
  totals.ctas = timeline.ctas;
  for (auto& waits : totals.waits) {
    waits[static_cast<std::size_t>(Wait::Sync)] = timeline.syncCycles;
  }
  addWaits(used, totals);
  return totals;
}

} // namespace einsight::sim::gpu

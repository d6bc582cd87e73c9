#include "sim/gpu/summary.hpp"

#include "sim/cycle/at.hpp"
#include "sim/gpu/multiprocessor.hpp"
#include "sim/gpu/traffic.hpp"

#include <algorithm>
#include <numeric>

namespace einsight::sim::gpu {
namespace {

/// Calls visit(step, times, masked) for every step with how often one CTA of a kind does it.
template <class Visit>
void visitSteps(const Kernel& kernel, const Kind& kind, Visit visit) {
  const auto parts = partsOf(kernel, kind);
  for (const auto& step : parts.prologue.steps) {
    visit(step, std::int64_t{1}, std::int64_t{0});
  }
  for (const auto& step : parts.iteration.steps) {
    visit(step, kind.iterations, std::min(kind.masked, kind.iterations));
  }
  for (const auto& step : parts.epilogue.steps) {
    visit(step, std::int64_t{1}, std::int64_t{0});
  }
}

/// Part of a step's time for each of its works.
std::vector<double> parts(const Step& step) {
  std::vector<double> weights;
  for (const auto& work : step.work) {
    weights.push_back(work.cycles);
  }
  if (std::accumulate(weights.begin(), weights.end(), 0.0) <= 0) {
    for (std::size_t w = 0; w < weights.size(); ++w) {
      weights[w] = step.work[w].operations;
    }
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (auto& weight : weights) {
    weight = sum > 0 ? weight / sum : 0;
  }
  return weights;
}

double& waitOf(Use& use, std::size_t why) {
  switch (static_cast<Wait>(why)) {
  case Wait::Data:
    return use.waitData;
  case Wait::Space:
    return use.waitSpace;
  case Wait::Sync:
    return use.waitSync;
  case Wait::Bandwidth:
    return use.waitBandwidth;
  case Wait::Issue:
    return use.waitIssue;
  case Wait::Idle:
    break;
  }
  return use.idle;
}

/// Use of a unit of the SMs, mean over them: busy as counted, standing still in the proportions
/// that the SM's simulations found.
Use unitUse(const GridTotals& grid, std::size_t unit, double busyCycles, double sms, double hertz) {
  const auto& waits = grid.waits[unit];
  const double found = std::accumulate(waits.begin(), waits.end(), 0.0);
  const double still = std::max(0.0, grid.activeCycles - grid.slowedCycles - busyCycles);
  Use use;
  use.busySeconds = busyCycles / sms / hertz;
  for (std::size_t w = 0; w < kWaits; ++w) {
    waitOf(use, w) += (found > 0 ? waits[w] / found * still : 0) / sms / hertz;
  }
  use.idle += found > 0 ? 0 : still / sms / hertz;
  use.waitBandwidth += grid.slowedCycles / sms / hertz;
  const double rest = grid.cycles / hertz - use.busySeconds - use.waitData - use.waitSpace -
                      use.waitSync - use.waitBandwidth - use.waitIssue - use.idle;
  use.idle += std::max(0.0, rest);
  return use;
}

Use pipeUse(double busySeconds, double seconds) {
  Use use;
  use.busySeconds = std::min(busySeconds, seconds);
  use.idle = seconds - use.busySeconds;
  return use;
}

} // namespace

std::vector<std::int64_t> ctasOf(const Kernel& kernel) {
  std::vector<std::int64_t> ctas(kernel.kinds.size());
  for (const auto kind : kernel.order) {
    ++at(ctas, kind);
  }
  return ctas;
}

double peakCycles(const Kernel& kernel, const std::vector<std::int64_t>& ctas) {
  double cycles = 0;
  for (std::size_t k = 0; k < ctas.size(); ++k) {
    visitSteps(kernel, kernel.kinds[k], [&](const Step& step, std::int64_t times, std::int64_t) {
      if (step.unit == Step::Unit::Tensor) {
        cycles += static_cast<double>(times * ctas[k] * kernel.warpgroups) *
                  (step.peakCycles > 0 ? step.peakCycles : step.cycles);
      }
    });
  }
  return cycles;
}

void count(const Kernel& kernel, const Device& device, const std::vector<std::int64_t>& ctas,
           double hertz, KernelTotals& totals) {
  const auto sms = static_cast<double>(device.sms);
  for (std::size_t k = 0; k < ctas.size(); ++k) {
    const auto& kind = kernel.kinds[k];
    const auto moved = traffic(kernel, device, kind);
    const auto many = static_cast<double>(ctas[k]);
    totals.l2ReadBytes += moved.read * many;
    totals.l2WriteBytes += moved.written * many;
    totals.sharedBytes += moved.shared * many;
    visitSteps(kernel, kind, [&](const Step& step, std::int64_t times, std::int64_t masked) {
      const double cycles = static_cast<double>(kernel.warpgroups) *
                            (static_cast<double>(times) * occupancy(step, device) +
                             static_cast<double>(masked) * maskOccupancy(step, device));
      const auto share = parts(step);
      for (std::size_t w = 0; w < step.work.size(); ++w) {
        const auto& work = step.work[w];
        totals.operations[work.einsum][work.op] +=
            work.operations * static_cast<double>(times) * many;
        totals.busySeconds[work.einsum] += cycles * share[w] * many / sms / hertz;
      }
    });
  }
}

KernelTotals summarize(const Kernel& kernel, const Device& device, const Paces& paces,
                       const GridTotals& grid, double hertz) {
  const auto sms = static_cast<double>(device.sms);
  KernelTotals totals;
  totals.name = kernel.name;
  totals.hertz = hertz;
  totals.cycles = grid.cycles;
  totals.seconds = grid.cycles / hertz;
  totals.dramReadBytes = grid.dramReadBytes;
  totals.dramWriteBytes = grid.dramWriteBytes;
  totals.evictedBytes = grid.evictedBytes;
  totals.waves = static_cast<double>(ctaCount(kernel)) /
                 (sms * static_cast<double>(std::max<std::int64_t>(1, kernel.residents)));
  totals.tailShare = grid.cycles > 0 ? (grid.cycles - grid.firstIdle) / grid.cycles : 0;
  count(kernel, device, grid.ctas, hertz, totals);

  std::array<double, kUnits> busy{};
  double masks = 0;
  for (std::size_t k = 0; k < grid.ctas.size(); ++k) {
    const auto many = static_cast<double>(grid.ctas[k]);
    const auto own = paces.busy(static_cast<std::int32_t>(k));
    for (std::size_t unit = 0; unit < kUnits; ++unit) {
      busy[unit] += own[unit] * many;
    }
    visitSteps(kernel, kernel.kinds[k], [&](const Step& step, std::int64_t, std::int64_t masked) {
      masks += many * static_cast<double>(kernel.warpgroups * masked) * maskOccupancy(step, device);
    });
  }
  totals.maskShare = grid.cycles > 0 ? masks / (grid.cycles * sms) : 0;
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    if (isReported(unit, busy[unit])) {
      totals.units[std::string(kUnitNames[unit])] = unitUse(grid, unit, busy[unit], sms, hertz);
    }
  }
  const double l2 = totals.l2ReadBytes + totals.l2WriteBytes;
  totals.units["l2"] =
      pipeUse(device.l2BytesPerCycle > 0 ? l2 / device.l2BytesPerCycle / hertz : 0, totals.seconds);
  totals.units["dram"] =
      pipeUse(device.dramBytesPerSecond > 0 ? grid.dramMovedBytes / device.dramBytesPerSecond : 0,
              totals.seconds);
  return totals;
}

void addLaunches(const Chain& chain, const Device& device, Totals& totals) {
  double host = 0;
  totals.seconds = 0;
  for (std::size_t k = 0; k < totals.kernels.size(); ++k) {
    host += device.hostSeconds + chain.kernels[k].extraSeconds;
    totals.kernels[k].launchSeconds = device.kernelSeconds;
    totals.seconds += totals.kernels[k].seconds + device.kernelSeconds;
  }
  if (totals.kernels.empty()) {
    return;
  }
  totals.kernels.back().launchSeconds += std::max(0.0, host - totals.seconds);
  totals.seconds = std::max(totals.seconds, host);
  for (auto& kernel : totals.kernels) {
    kernel.seconds += kernel.launchSeconds;
    for (auto& [name, use] : kernel.units) {
      use.idle += kernel.launchSeconds;
    }
  }
}

} // namespace einsight::sim::gpu

#include "sim/gpu/kernel_solver.hpp"

#include "sim/gpu/summary.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::sim::gpu {
namespace {

/// Share of the largest clock at which a kernel runs that uses the tensor cores so much at that
/// clock.
double clockShare(const Device& device, double utilization) {
  if (utilization <= device.clockOnset || device.clockExponent == 0) {
    return 1;
  }
  return std::pow(device.clockOnset / utilization, device.clockExponent);
}

Bandwidth bandwidthOf(const Device& device, double hertz) {
  return {device.l2BytesPerCycle, device.dramBytesPerSecond / hertz};
}

/// The same, or more of what was enough.
bool asGood(double now, double before, bool limits) {
  return now == before || (!limits && before > 0 && now > before);
}

/// Does the SM's memory or the grid see a difference, apart from bandwidths?
bool sameMemory(const Device& a, const Device& b) {
  return a.sms == b.sms && a.l2Bytes == b.l2Bytes && a.dramBurstBytes == b.dramBurstBytes &&
         a.dramWriteCost == b.dramWriteCost;
}

} // namespace

KernelSolver::KernelSolver(const Kernel& kernel) : kernel_(kernel) {
  const auto look = [&](const Part& part) {
    for (const auto& step : part.steps) {
      multiplies_ = multiplies_ || step.unit == Step::Unit::Tensor;
      computes_ = computes_ || step.unit == Step::Unit::Lanes;
      usesSharedMemory_ = usesSharedMemory_ || step.sharedCycles > 0;
    }
  };
  const auto lookAll = [&](const Part& prologue, const Part& iteration, const Part& epilogue) {
    look(prologue);
    look(iteration);
    look(epilogue);
  };
  lookAll(kernel.prologue, kernel.iteration, kernel.epilogue);
  for (const auto& body : kernel.others) {
    lookAll(body.prologue, body.iteration, body.epilogue);
  }
}

/// Without what the kernel's SMs do not notice.
Device KernelSolver::asTheSmSees(Device device) const {
  const Device none;
  device.sms = none.sms;
  device.clockOnset = none.clockOnset;
  device.clockExponent = none.clockExponent;
  device.l2Bytes = none.l2Bytes;
  device.l2BytesPerCycle = none.l2BytesPerCycle;
  device.dramBytesPerSecond = none.dramBytesPerSecond;
  device.dramWriteCost = none.dramWriteCost;
  device.dramBurstBytes = none.dramBurstBytes;
  device.kernelSeconds = none.kernelSeconds;
  device.hostSeconds = none.hostSeconds;
  device.tensorSpeedup = multiplies_ ? device.tensorSpeedup : 1;
  device.lanesSpeedup = computes_ ? device.lanesSpeedup : 1;
  device.sharedSpeedup = usesSharedMemory_ ? device.sharedSpeedup : 1;
  return device;
}

Paces& KernelSolver::pacesOf(const Device& device, bool skip) {
  const auto seen = asTheSmSees(device);
  const auto found = std::find_if(alike_.begin(), alike_.end(), [&](const Alike& each) {
    return each.skip == skip && each.device == seen;
  });
  return found != alike_.end() ? found->paces : alike_.emplace_back(kernel_, seen, skip).paces;
}

bool KernelSolver::holdsFor(const Solved& solved, const Device& device, const Bandwidth& bandwidth,
                            Paces& paces) const {
  const auto& totals = solved.totals;
  if (!sameMemory(solved.device, device) ||
      !asGood(bandwidth.l2, solved.bandwidth.l2, totals.l2Limits) ||
      !asGood(bandwidth.dram, solved.bandwidth.dram, totals.dramLimits)) {
    return false;
  }
  return solved.paces == &paces ||
         std::all_of(solved.used.begin(), solved.used.end(), [&](const UsedPace& used) {
           const auto now = paces.of(used.kind, used.residents);
           return now && *now == used.pace;
         });
}

core::Expected<GridTotals> KernelSolver::solve(const Device& device, double hertz, Paces& paces) {
  const auto bandwidth = bandwidthOf(device, hertz);
  for (const auto& solved : solved_) {
    if (holdsFor(solved, device, bandwidth, paces)) {
      return solved.totals;
    }
  }
  Grid grid(kernel_, device, bandwidth, paces);
  auto totals = grid.run();
  if (totals) {
    solved_.push_back({device, bandwidth, &paces, grid.used(), *totals});
  }
  return totals;
}

core::Expected<KernelTotals> KernelSolver::run(const Device& device, bool skip) {
  auto& paces = pacesOf(device, skip);
  auto grid = solve(device, device.maximumHertz, paces);
  if (!grid) {
    return core::failure(grid.error());
  }
  const double share = clockShare(device, peakCycles(kernel_, grid->ctas) /
                                              (static_cast<double>(device.sms) * grid->cycles));
  const double hertz = device.maximumHertz * share;
  // DRAM keeps its clock, so less of the time is lost on it; where none is, cycles stay the same.
  if (share < 1 && grid->slowedCycles > 0) {
    grid = solve(device, hertz, paces);
    if (!grid) {
      return core::failure(grid.error());
    }
  }
  return summarize(kernel_, device, paces, *grid, hertz);
}

} // namespace einsight::sim::gpu

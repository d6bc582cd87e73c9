#include "sim/gpu/kernel_solver.hpp"

#include "sim/gpu/clock.hpp"
#include "sim/gpu/summary.hpp"

#include <algorithm>
#include <tuple>

namespace einsight::sim::gpu {
namespace {

Bandwidth bandwidthOf(const Device& device, double hertz) {
  return {device.l2BytesPerCycle, device.dramBytesPerSecond / hertz};
}

/// Does the SM's memory or the grid see a difference, apart from bandwidths?
bool sameMemory(const Device& a, const Device& b) {
  return a.sms == b.sms && a.l2Bytes == b.l2Bytes && a.dramBurstBytes == b.dramBurstBytes &&
         a.dramWriteCost == b.dramWriteCost;
}

Part withoutLabels(Part part) {
  for (auto& step : part.steps) {
    step.name.clear();
    step.work.clear();
  }
  for (auto* transfers : {&part.loads, &part.stores}) {
    for (auto& transfer : *transfers) {
      transfer.tensor.clear();
    }
  }
  return part;
}

/// All that a kernel's CTAs do, without labels.
std::vector<Part> workOf(const Kernel& kernel) {
  std::vector<Part> parts{withoutLabels(kernel.prologue), withoutLabels(kernel.iteration),
                          withoutLabels(kernel.epilogue)};
  for (const auto& body : kernel.others) {
    for (const auto* part : {&body.prologue, &body.iteration, &body.epilogue}) {
      parts.push_back(withoutLabels(*part));
    }
  }
  return parts;
}

} // namespace

bool sameTimes(const Kernel& a, const Kernel& b) {
  const auto shape = [](const Kernel& kernel) {
    return std::tie(kernel.warpgroups, kernel.producer, kernel.stages, kernel.overlap,
                    kernel.persistent, kernel.issueShare, kernel.setupCycles, kernel.residents,
                    kernel.sharedBytes, kernel.registerBytes);
  };
  return shape(a) == shape(b) && a.kinds == b.kinds && a.order == b.order && a.reuse == b.reuse &&
         a.secondReuse == b.secondReuse && a.lists == b.lists && a.awaits == b.awaits &&
         a.from == b.from && a.listed == b.listed && workOf(a) == workOf(b);
}

KernelSolver::KernelSolver(const Kernel& kernel) : kernel_(kernel) {
  const auto look = [&](const Part& part) {
    for (const auto& step : part.steps) {
      multiplies_ = multiplies_ || step.unit == Step::Unit::Tensor;
      computes_ = computes_ || step.unit == Step::Unit::Lanes;
      usesSpecialFunctions_ = usesSpecialFunctions_ || step.unit == Step::Unit::Special;
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
  device.clockSettlingSeconds = none.clockSettlingSeconds;
  device.clockShare = none.clockShare;
  device.l2Bytes = none.l2Bytes;
  device.l2DirtyBytes = none.l2DirtyBytes;
  device.l2BytesPerCycle = none.l2BytesPerCycle;
  device.dramBytesPerSecond = none.dramBytesPerSecond;
  device.dramWriteCost = none.dramWriteCost;
  device.dramBurstBytes = none.dramBurstBytes;
  device.kernelSeconds = none.kernelSeconds;
  device.hostSeconds = none.hostSeconds;
  device.tensorSpeedup = multiplies_ ? device.tensorSpeedup : 1;
  device.lanesSpeedup = computes_ ? device.lanesSpeedup : 1;
  device.specialSpeedup = usesSpecialFunctions_ ? device.specialSpeedup : 1;
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

std::optional<std::vector<UsedPace>> KernelSolver::holdsFor(const Solved& solved,
                                                            const Device& device, Paces& paces) {
  if (!sameMemory(solved.device, device)) {
    return std::nullopt;
  }
  auto used = solved.timeline.used;
  if (solved.paces == &paces) {
    return used;
  }
  for (auto& each : used) {
    const auto now = paces.of(each.kind, each.residents);
    if (!now || now->cycles != each.pace.cycles || now->start != each.pace.start) {
      return std::nullopt;
    }
    each.pace = *now;
  }
  return used;
}

core::Expected<KernelSolver::Solved> KernelSolver::solve(const Device& device, Paces& paces) {
  ++grids_;
  return Grid(kernel_, device, paces).run().map([&](Timeline&& timeline) {
    return Solved{device, &paces, std::move(timeline)};
  });
}

KernelTotals KernelSolver::totalsOf(const Kernel& kernel, const Timeline& timeline,
                                    const std::vector<UsedPace>& used, const Device& device,
                                    const Paces& paces) {
  const DirtyLines dirty{device.l2DirtyBytes, device.l2Bytes};
  auto grid = totalsUnder(timeline, used, bandwidthOf(device, device.maximumHertz), dirty);
  const double products = peakCycles(kernel, grid.ctas) / device.tensorSpeedup;
  const double lasting =
      lastingClock(device, products / (static_cast<double>(device.sms) * grid.cycles));
  auto clock = clockOver(device, lasting, grid.cycles);
  // DRAM keeps its clock, so less of the time is lost on it; where none is, cycles stay the same.
  if (clock.mean < 1 && grid.slowedCycles > 0) {
    grid =
        totalsUnder(timeline, used, bandwidthOf(device, device.maximumHertz * clock.mean), dirty);
    clock = clockOver(device, lasting, grid.cycles);
  }
  auto totals = summarize(kernel, device, paces, grid, device.maximumHertz * clock.mean);
  totals.lastHertz = device.maximumHertz * clock.last;
  return totals;
}

core::Expected<KernelTotals> KernelSolver::run(const Kernel& kernel, const Device& device,
                                               bool skip) {
  auto& paces = pacesOf(device, skip);
  for (const auto* solved : {&first_, &last_}) {
    if (!*solved) {
      continue;
    }
    if (const auto used = holdsFor(**solved, device, paces)) {
      return totalsOf(kernel, (*solved)->timeline, *used, device, paces);
    }
  }
  auto solved = solve(device, paces);
  if (!solved) {
    return core::failure(std::move(solved.error()));
  }
  auto& kept = first_ ? last_ : first_;
  kept = std::move(*solved);
  return totalsOf(kernel, kept->timeline, kept->timeline.used, device, paces);
}

} // namespace einsight::sim::gpu

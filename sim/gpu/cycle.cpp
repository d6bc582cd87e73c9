#include "sim/gpu/check.hpp"
#include "sim/gpu/gpu.hpp"
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

Bandwidth bandwidth(const Device& device, double hertz) {
  return {device.l2BytesPerCycle, device.dramBytesPerSecond / hertz};
}

core::Expected<KernelTotals> run(const Kernel& kernel, const Device& device,
                                 const Options& options) {
  Paces paces(kernel, device, options.skip);
  const auto solve = [&](double hertz) {
    return Grid(kernel, device, bandwidth(device, hertz), paces).run();
  };
  auto grid = solve(device.maximumHertz);
  if (!grid) {
    return core::failure(grid.error());
  }
  const double share = clockShare(device, peakCycles(kernel, grid->ctas) /
                                              (static_cast<double>(device.sms) * grid->cycles));
  const double hertz = device.maximumHertz * share;
  // DRAM keeps its clock, so less of the time is lost on it; where none is, cycles stay the same.
  if (share < 1 && grid->slowedCycles > 0) {
    grid = solve(hertz);
    if (!grid) {
      return core::failure(grid.error());
    }
  }
  return summarize(kernel, device, paces, *grid, hertz);
}

} // namespace

core::Expected<Totals> cycle(const Chain& chain, const Device& device, const Options& options) {
  Totals totals;
  core::Problems problems = check(chain);
  if (!problems.empty()) {
    return core::failure(problems);
  }
  for (std::size_t k = 0; k < chain.kernels.size(); ++k) {
    const double done = static_cast<double>(k) / static_cast<double>(chain.kernels.size());
    if (options.progress && !options.progress(done)) {
      return core::failure({{{}, "stopped before the end", {}}});
    }
    const auto& kernel = chain.kernels[k];
    const auto ran = run(kernel, device, options);
    if (!ran) {
      problems.insert(problems.end(), ran.error().begin(), ran.error().end());
      continue;
    }
    totals.kernels.push_back(*ran);
  }
  if (!problems.empty()) {
    return core::failure(problems);
  }
  addLaunches(chain, device, totals);
  return totals;
}

} // namespace einsight::sim::gpu

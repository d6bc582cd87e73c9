#include "explore/gpu/limits.hpp"

#include "sim/gpu/summary.hpp"

#include <algorithm>
#include <array>

namespace einsight::explore {
namespace {

namespace sim = einsight::sim::gpu;

/// A device with one thing twice as fast.
struct Faster {
  std::string_view unit;
  void (*apply)(sim::Device& device);
};
constexpr std::array kFaster{
    Faster{"tensor_core", [](sim::Device& device) { device.tensorSpeedup *= 2; }},
    Faster{"lanes", [](sim::Device& device) { device.lanesSpeedup *= 2; }},
    Faster{"special_functions", [](sim::Device& device) { device.specialSpeedup *= 2; }},
    Faster{"shared", [](sim::Device& device) { device.sharedSpeedup *= 2; }},
    Faster{"l2",
           [](sim::Device& device) {
             device.l2BytesPerCycle *= 2;
             device.l2BytesPerCyclePerSm *= 2;
           }},
    Faster{"dram", [](sim::Device& device) { device.dramBytesPerSecond *= 2; }},
};
constexpr std::string_view kLaunch = "launch";
constexpr std::string_view kSpecial = "special_functions";
static_assert(kFaster.size() + 1 == kGpuLimits);

/// Seconds of the chain if launching took half the time, on the device and on the host: what the
/// kernels do is the same.
double withFastLaunches(const GpuPoint& point, sim::Totals totals) {
  auto device = mappings::gpu::device(point.gpu);
  device.kernelSeconds /= 2;
  device.hostSeconds /= 2;
  sim::Chain launches; // of the kernels, what launching asks
  for (std::size_t k = 0; k < totals.kernels.size(); ++k) {
    launches.kernels.emplace_back().extraSeconds = point.chain.kernels[k].extraSeconds / 2;
    auto& kernel = totals.kernels[k];
    kernel.seconds -= kernel.launchSeconds;
  }
  sim::addLaunches(launches, device, totals);
  return totals.seconds;
}

/// Cycles in which the shared memories of all SMs give a kernel's products their operands, and take
/// those that arrive.
double sharedCycles(const sim::Kernel& kernel) {
  const auto ctas = sim::ctasOf(kernel);
  double cycles = 0;
  for (std::size_t k = 0; k < kernel.kinds.size(); ++k) {
    const auto parts = sim::partsOf(kernel, kernel.kinds[k]);
    const auto add = [&](const sim::Part& part, double times) {
      for (const auto& step : part.steps) {
        cycles += step.sharedCycles * times * static_cast<double>(ctas[k]);
      }
    };
    add(parts.prologue, 1);
    add(parts.iteration, static_cast<double>(kernel.kinds[k].iterations));
    add(parts.epilogue, 1);
  }
  return cycles * static_cast<double>(kernel.warpgroups);
}

/// The share of the time in which a unit works; of the launches, in which no kernel does.
double utilizationOf(std::string_view unit, const GpuPoint& point, const sim::Totals& totals,
                     const results::Result& result) {
  for (const auto& use : result.units) {
    if (use.name == unit) {
      return use.utilization;
    }
  }
  double seconds = 0;
  for (std::size_t k = 0; k < totals.kernels.size(); ++k) {
    const auto& kernel = totals.kernels[k];
    seconds += unit == kLaunch ? kernel.launchSeconds
                               : sharedCycles(point.chain.kernels[k]) /
                                     static_cast<double>(point.gpu.data().sms) / kernel.hertz;
  }
  return std::min(seconds / totals.seconds, 1.0);
}

} // namespace

core::Expected<std::vector<results::Limit>>
limitsOf(const GpuPoint& point, const sim::Totals& totals, const results::Result& result,
         const RunOptions& options, const SimulateOn& simulate) {
  std::vector<results::Limit> out;
  const auto add = [&](std::string_view unit, double seconds) {
    out.push_back(
        {std::string(unit), utilizationOf(unit, point, totals, result), totals.seconds / seconds});
  };
  const auto hasUnit = [&](std::string_view unit) {
    return std::any_of(result.units.begin(), result.units.end(),
                       [&](const auto& use) { return use.name == unit; });
  };
  for (const auto& faster : kFaster) {
    if (faster.unit == kSpecial && !hasUnit(kSpecial)) {
      if (options.progress) {
        options.progress(1);
      }
      continue;
    }
    auto device = mappings::gpu::device(point.gpu);
    faster.apply(device);
    const auto again = simulate(device);
    if (!again) {
      return core::failure(again.error());
    }
    add(faster.unit, again->seconds);
  }
  add(kLaunch, withFastLaunches(point, totals));
  if (options.progress) {
    options.progress(1);
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return a.speedupIfDoubled > b.speedupIfDoubled;
  });
  return out;
}

} // namespace einsight::explore

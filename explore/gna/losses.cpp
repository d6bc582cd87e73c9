#include "explore/gna/losses.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::explore {
namespace {

namespace gna = mappings::gna;
namespace gpu = mappings::gpu;

constexpr double kManyWaves = 64; ///< so many waves: what is left of tails is below 2 %
constexpr double kLeastTimes = 4;

sim::gpu::Device deviceWithoutLaunches(const GpuPoint& point) {
  auto device = gpu::device(point.gpu);
  device.kernelSeconds = device.hostSeconds = 0;
  return device;
}

core::Expected<double> secondsOfChain(const sim::gpu::Chain& chain, const GpuPoint& point) {
  return runKernels(chain, point).map([](const auto& totals) { return totals.seconds; });
}

/// Seconds of one of many runs in a row, which share one tail.
core::Expected<double> secondsWithoutWaves(sim::gpu::Chain chain, const GpuPoint& point,
                                           double waves) {
  const auto times = static_cast<std::size_t>(std::max(kLeastTimes, std::ceil(kManyWaves / waves)));
  for (auto& kernel : chain.kernels) {
    const auto order = kernel.order;
    const auto reuse = kernel.reuse;
    const auto groups = reuse.empty() ? 0 : *std::max_element(reuse.begin(), reuse.end()) + 1;
    for (std::size_t time = 1; time < times; ++time) {
      kernel.order.insert(kernel.order.end(), order.begin(), order.end());
      for (const auto group : reuse) {
        kernel.reuse.push_back(group + groups * static_cast<std::int32_t>(time));
      }
    }
  }
  return secondsOfChain(chain, point).map([&](double seconds) {
    return seconds / static_cast<double>(times);
  });
}

} // namespace

core::Expected<sim::gpu::Totals> runKernels(const sim::gpu::Chain& chain, const GpuPoint& point) {
  return sim::gpu::cycle(chain, deviceWithoutLaunches(point));
}

double boundOfKernels(const GpuPoint& point) {
  return sim::gpu::analytic(point.chain, deviceWithoutLaunches(point)).seconds;
}

core::Expected<double> tailSeconds(const GpuPoint& point, double seconds, double waves) {
  return secondsWithoutWaves(point.chain, point, waves).map([&](double even) {
    return seconds - even;
  });
}

core::Expected<GnaLosses> lossesOf(const GnaRequest& request, const GpuPoint& point,
                                   const GnaTime& time, double idealTails) {
  const auto tally = gna::tally(request.question);
  if (!tally) {
    return core::failure(tally.error());
  }
  auto chain = point.chain;
  for (auto& kernel : chain.kernels) {
    for (auto& kind : kernel.kinds) {
      kind.masked = 0;
    }
  }
  const auto unmasked = secondsOfChain(chain, point);
  const auto even = unmasked ? secondsWithoutWaves(std::move(chain), point, time.waves) : unmasked;
  if (!even) {
    return core::failure(even.error());
  }
  GnaLosses losses;
  losses.permutation = time.permuteSeconds;
  losses.masking = time.kernelSeconds - *unmasked;
  losses.waves = *unmasked - *even - idealTails;
  losses.padding = *even * tally->paddingFraction();
  losses.tiles = *even * (tally->wastedFraction() - tally->paddingFraction());
  losses.kernel = *even * (1 - tally->wastedFraction()) - (time.idealSeconds - idealTails);
  return losses;
}

} // namespace einsight::explore

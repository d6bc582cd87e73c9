#include "sim/gpu/clock.hpp"

#include <cmath>

namespace einsight::sim::gpu {

double lastingClock(const Device& device, double use) {
  if (use <= device.clockOnset || device.clockExponent == 0) {
    return 1;
  }
  return std::pow(device.clockOnset / use, device.clockExponent);
}

ClockShares clockOver(const Device& device, double lasting, double cycles) {
  const double settling = device.clockSettlingSeconds;
  if (settling == 0 || lasting == device.clockShare || cycles == 0) {
    return {lasting, lasting};
  }
  constexpr int kMostSteps = 50;
  constexpr double kPrecision = 1e-12;
  const double needed = cycles / device.maximumHertz; // seconds at the maximum
  const double away = device.clockShare - lasting;
  // The cycles done after t seconds are the integral of the clock; t by Newton's method.
  double seconds = needed / device.clockShare;
  for (int i = 0; i < kMostSteps; ++i) {
    const double left = std::exp(-seconds / settling);
    const double done = lasting * seconds + away * settling * (1 - left);
    const double step = (needed - done) / (lasting + away * left);
    seconds += step;
    if (std::abs(step) <= kPrecision * seconds) {
      break;
    }
  }
  return {needed / seconds, lasting + away * std::exp(-seconds / settling)};
}

} // namespace einsight::sim::gpu

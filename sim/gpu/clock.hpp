#pragma once
#include "sim/gpu/kernel.hpp"

namespace einsight::sim::gpu {

/// Share of the maximum at which load lasts that uses the tensor cores so much at the maximum (0 to
/// 1): dynamic power is as use and the cube of the clock (docs/gpu-model.md).
double lastingClock(const Device& device, double use);

/// Shares of the maximum over a kernel.
struct ClockShares {
  double mean = 1, last = 1;
};

/// A kernel of so many cycles begins at `device.clockShare` and goes towards the share `lasting`;
/// what is left of the way falls as e^(-t / clockSettlingSeconds).
ClockShares clockOver(const Device& device, double lasting, double cycles);

} // namespace einsight::sim::gpu

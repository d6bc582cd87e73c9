#include "sim/gpu/clock.hpp"
#include "tests/sim/gpu/chains.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;

namespace {

Device settlingDevice(double seconds) {
  Device device;
  device.maximumHertz = 2e9;
  device.clockOnset = 0.5;
  device.clockExponent = 0.5;
  device.clockSettlingSeconds = seconds;
  return device;
}

/// Cycles of a clock that goes from one share to another, added up in small steps of time.
double cyclesAfter(const Device& device, double lasting, double seconds) {
  constexpr int kSteps = 100000;
  double cycles = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double now = (i + 0.5) / kSteps * seconds;
    const double share =
        lasting + (device.clockShare - lasting) * std::exp(-now / device.clockSettlingSeconds);
    cycles += share * device.maximumHertz * seconds / kSteps;
  }
  return cycles;
}

} // namespace

TEST_CASE("a clock goes from where it is to what lasts, and its cycles are those of its integral",
          "[sim]") {
  for (const double begins : {1.0, 0.4}) { // it falls, or rises
    for (const double seconds : {1e-5, 1e-3, 1e-2, 1.0}) {
      auto device = settlingDevice(1e-3);
      device.clockShare = begins;
      const auto clock = clockOver(device, 0.7, cyclesAfter(device, 0.7, seconds));
      const auto cycles = cyclesAfter(device, 0.7, seconds);
      CHECK(clock.mean == Approx(cycles / seconds / device.maximumHertz));
      CHECK(clock.last == Approx(0.7 + (begins - 0.7) * std::exp(-seconds / 1e-3)));
    }
  }
}

TEST_CASE("without a time in which it settles, the clock is that of lasting load", "[sim]") {
  auto device = settlingDevice(0);
  device.clockShare = 0.2;
  CHECK(clockOver(device, 0.7, 1e6).mean == 0.7);
  CHECK(clockOver(device, 0.7, 1e6).last == 0.7);
  CHECK(lastingClock(device, 0.5) == 1);
  CHECK(lastingClock(device, 1) == Approx(std::sqrt(0.5)));
}

TEST_CASE("a kernel finds the clock where the one before left it", "[sim]") {
  auto chain = uniform(attentionKernel(20, 10, 20), 3, 2);
  chain.kernels.push_back(chain.kernels[0]); // the same, and slower: less is left of the way
  auto device = plainDevice(2);
  device.maximumHertz = 2e9;
  device.clockOnset = 0.5;
  device.clockExponent = 0.5;
  const double lasting = totalsOf(chain, device).kernels[0].hertz;
  device.clockSettlingSeconds = 1e-8; // a kernel of 30 cycles takes 15 ns at the maximum
  const auto kernels = totalsOf(chain, device).kernels;
  CHECK(kernels[0].hertz < 2e9);
  CHECK(kernels[1].hertz < kernels[0].hertz);
  CHECK(kernels[1].hertz > lasting);
  device.clockShare = kernels[0].lastHertz / device.maximumHertz;
  chain.kernels.pop_back();
  CHECK(totalsOf(chain, device).kernels[0].hertz == Approx(kernels[1].hertz));
}

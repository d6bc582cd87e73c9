#include "chains.hpp"

#include <algorithm>

namespace einsight::sim::gpu::test {

Device plainDevice(std::int64_t sms) {
  Device device;
  device.sms = sms;
  device.l2Bytes = 1e9;
  device.l2BytesPerCycle = 1e9;
  device.l2BytesPerCyclePerSm = 1e9;
  device.dramBytesPerSecond = 1e18;
  return device;
}

Kernel attentionKernel(double first, double arithmetic, double second) {
  Kernel kernel;
  kernel.name = "attention";
  kernel.stages = 2;
  kernel.iteration.steps = {tensor(first), lanes(arithmetic, {0}), tensor(second, {1})};
  kernel.iteration.steps[1].carried = {1};
  return kernel;
}

Chain uniform(Kernel kernel, std::int64_t iterations, std::int64_t ctas) {
  kernel.kinds = {{iterations, 0, 1}};
  kernel.order.assign(static_cast<std::size_t>(ctas), 0);
  kernel.reuse.assign(static_cast<std::size_t>(ctas), 0);
  return {{"QK", "softmax", "AV"}, {std::move(kernel)}, 0};
}

Device largeDevice() {
  Device device;
  device.sms = 132;
  device.maximumHertz = 1.98e9;
  device.clockOnset = 0.45;
  device.clockExponent = 1.0 / 3;
  device.syncCycles = 130;
  device.l2Bytes = 50e6;
  device.l2BytesPerCycle = 2800;
  device.l2BytesPerCyclePerSm = 64;
  device.l2LatencyCycles = 600;
  device.dramBytesPerSecond = 3.1e12;
  device.dramLatencySeconds = 3e-7;
  device.ctaCycles = 950;
  device.kernelSeconds = 3e-6;
  return device;
}

Chain largeAttention(std::int64_t length, std::int64_t heads, bool causal) {
  constexpr double kRows = 64;
  constexpr double kDimension = 128;
  const std::int64_t keys = causal ? 128 : 176;
  const double scores = kRows * static_cast<double>(keys);
  const double product = scores * kDimension / 2048;
  auto kernel = attentionKernel(product / 0.75, scores * 15.5 / 128, product / 0.75);
  kernel.warpgroups = 2;
  kernel.producer = kernel.overlap = kernel.persistent = true;
  auto& steps = kernel.iteration.steps;
  for (const std::size_t s : {0, 2}) {
    steps[s].peakCycles = product;
    steps[s].work = {{s == 0 ? 0 : 2, "macc", 2 * scores * kDimension}};
    steps[s].loads = {static_cast<int>(s / 2)};
  }
  steps[1].work = {{1, "exp", 2 * scores}};
  steps[1].maskedCycles = scores * 4 / 128;
  const double tile = static_cast<double>(keys) * kDimension * 2;
  kernel.prologue.loads = {{"Q", 128 * kDimension * 2, 0, false}};
  kernel.iteration.loads = {{"K", tile, 0, true}, {"V", tile, 0, true}};
  kernel.epilogue.steps = {lanes(kRows * kDimension * 3 / 128)};
  kernel.epilogue.stores = {{"AV", 128 * kDimension * 2, 0, false}};
  const std::int64_t tiles = (length + 127) / 128;
  for (std::int64_t t = 0; t < (causal ? tiles : 1); ++t) {
    kernel.kinds.push_back({causal ? t + 1 : (length + keys - 1) / keys, causal ? 1 : 0, 1});
  }
  for (std::int64_t h = 0; h < heads; ++h) {
    for (std::int64_t t = tiles; t-- > 0;) {
      kernel.order.push_back(causal ? static_cast<std::int32_t>(t) : 0);
      kernel.reuse.push_back(static_cast<std::int32_t>(h));
    }
  }
  return {{"QK", "softmax", "AV"}, {kernel}, 0};
}

} // namespace einsight::sim::gpu::test

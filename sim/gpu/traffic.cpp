#include "sim/gpu/traffic.hpp"

#include <cmath>

namespace einsight::sim::gpu {
namespace {

/// Bytes that DRAM moves for a transfer whose bytes lie together in runs.
double moved(const Transfer& transfer, double burst) {
  if (transfer.burst <= 0 || burst <= 0) {
    return transfer.bytes;
  }
  return transfer.bytes * std::ceil(transfer.burst / burst) * burst / transfer.burst;
}

} // namespace

Traffic traffic(const Kernel& kernel, const Device& device, const Kind& kind) {
  Traffic sum;
  double readMoved = 0;
  double writeMoved = 0;
  const auto add = [&](const Part& part, double times) {
    for (const auto& load : part.loads) {
      sum.read += load.bytes * times;
      (!load.shared ? sum.own : load.second ? sum.second : sum.stream) += load.bytes * times;
      readMoved += moved(load, device.dramBurstBytes) * times;
    }
    for (const auto& store : part.stores) {
      sum.written += store.bytes * times;
      writeMoved += moved(store, device.dramBurstBytes) * times;
    }
  };
  const auto parts = partsOf(kernel, kind);
  add(parts.prologue, kind.rows);
  add(parts.iteration, static_cast<double>(kind.iterations) * kind.filled);
  add(parts.epilogue, kind.rows);
  for (const auto& load : parts.iteration.loads) {
    if (load.shared) {
      (load.second ? sum.secondStep : sum.streamStep) += load.bytes * kind.filled;
    }
  }
  sum.waste = sum.read > 0 ? readMoved / sum.read : 1;
  sum.writeWaste = sum.written > 0 ? device.dramWriteCost * writeMoved / sum.written : 1;

  const auto steps = [&](const Part& part, double times) {
    for (const auto& step : part.steps) {
      sum.shared += step.sharedBytes * times * static_cast<double>(kernel.warpgroups);
    }
  };
  steps(parts.prologue, 1);
  steps(parts.iteration, static_cast<double>(kind.iterations));
  steps(parts.epilogue, 1);
  return sum;
}

} // namespace einsight::sim::gpu

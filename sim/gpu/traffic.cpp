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
  double added = 0;
  double addMoved = 0;
  const auto parts = partsOf(kernel, kind);
  const auto add = [&](const Part& part, double times) {
    for (const auto& load : part.loads) {
      sum.read += load.bytes * times;
      if (load.shared) {
        sum.streams[load.second ? 1 : 0].loaded += load.bytes * times;
      } else {
        sum.own += load.bytes * times / load.takers;
      }
      readMoved += moved(load, device.dramBurstBytes) * times;
    }
    for (const auto& store : part.stores) {
      const bool joins = &part == &parts.iteration && store.shared;
      sum.written += store.bytes * times;
      (joins ? sum.streams[store.second ? 1 : 0].added : sum.stored) += store.bytes * times;
      added += joins ? store.bytes * times : 0;
      (joins ? addMoved : writeMoved) += moved(store, device.dramBurstBytes) * times;
    }
  };
  add(parts.prologue, kind.rows);
  add(parts.iteration, static_cast<double>(kind.iterations) * kind.filled);
  add(parts.epilogue, kind.rows);
  for (const auto* transfers : {&parts.iteration.loads, &parts.iteration.stores}) {
    for (const auto& each : *transfers) {
      sum.streams[each.second ? 1 : 0].step += each.shared ? each.bytes * kind.filled : 0;
    }
  }
  sum.waste = sum.read > 0 ? readMoved / sum.read : 1;
  sum.writeWaste = sum.stored > 0 ? device.dramWriteCost * writeMoved / sum.stored : 1;
  sum.addWaste = added > 0 ? (1 + device.dramWriteCost) * addMoved / added : 1;

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

void DramTraffic::addOwn(const Traffic& bytes) {
  read += bytes.own;
  written += bytes.stored;
  moved += bytes.own * bytes.waste + bytes.stored * bytes.writeWaste;
}

void DramTraffic::addStream(double loaded, double added, double waste, double addWaste) {
  read += loaded + added;
  written += added;
  moved += loaded * waste + added * addWaste;
}

} // namespace einsight::sim::gpu

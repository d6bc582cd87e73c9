#include "mappings/gpu/plan.hpp"

#include "einsum/analysis.hpp"
#include "mappings/gpu/copies.hpp"
#include "mappings/gpu/merge.hpp"
#include "mappings/gpu/occupancy.hpp"
#include "mappings/gpu/trips.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kMostCtas = std::int64_t{1} << 25; ///< a list of them must fit in memory

template <class T>
bool took(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
  return result.has_value();
}

/// Warpgroups that wait for each other after every step work as one that does all of it.
void uniteWarpgroups(sim::gpu::Kernel& kernel) {
  const double all = kernel.warpgroups;
  for (auto* part : {&kernel.prologue, &kernel.iteration, &kernel.epilogue}) {
    for (auto& step : part->steps) {
      step.cycles *= all;
      step.mathCycles *= all;
      step.sharedCycles *= all;
      step.peakCycles *= all;
      step.maskedCycles *= all;
      step.sharedBytes *= all;
      for (auto& work : step.work) {
        work.cycles *= all;
      }
    }
  }
  kernel.warpgroups = 1;
}

/// One kernel in numbers, and the merge of a divided loop; nothing, with problems, where it cannot
/// be.
std::vector<sim::gpu::Kernel> kernelsOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                                        const arch::Gpu& gpu, const ReplaceTrips& replace,
                                        core::Problems& problems) {
  if (ctaCount(plan) > kMostCtas / plan.split) {
    problems.push_back(
        {plan.kernel->where,
         fmt::format("kernel '{}' has more than {} CTAs", plan.kernel->name, kMostCtas),
         "larger tiles"});
    return {};
  }
  const auto graph = graphOf(plan, cascade);
  if (!took(graph, problems)) {
    return {};
  }
  const auto loads = loadsOf(plan, *graph, cascade);
  auto parts = partsOf(plan, *graph, loads, cascade, gpu);
  if (!took(parts, problems)) {
    return {};
  }
  const auto occupancy = occupancyOf(plan, *parts, loads, cascade, gpu);
  if (!took(occupancy, problems)) {
    return {};
  }
  sim::gpu::Kernel out;
  out.name = plan.kernel->name;
  out.warpgroups = plan.warpgroups;
  out.producer = plan.kernel->producer;
  out.stages = plan.stages;
  out.overlap = plan.kernel->overlap;
  out.persistent = plan.kernel->persistent;
  out.issueShare = parts->issueShare;
  out.residents = occupancy->residents;
  out.threads = occupancy->threads;
  out.registersPerThread = occupancy->registersPerThread;
  out.sharedBytes = occupancy->sharedBytes;
  out.limitedBy = occupancy->limitedBy;
  out.prologue = std::move(parts->prologue);
  out.iteration = std::move(parts->iteration);
  out.epilogue = std::move(parts->epilogue);
  if (plan.kernel->lockstep) {
    uniteWarpgroups(out);
  }
  auto trips = tripsOf(plan, streamsOf(plan, loads, false), streamsOf(plan, loads, true));
  if (replace) {
    trips = replace(out.name, std::move(trips));
  }
  out.kinds = std::move(trips.kinds);
  out.order = std::move(trips.order);
  out.reuse = std::move(trips.reuse);
  out.secondReuse = std::move(trips.secondReuse);
  out.extraSeconds = plan.kernel->hostSeconds;
  if (plan.split == 1) {
    return {std::move(out)};
  }
  out.epilogue = {{}, {}, partialResults(plan, cascade)};
  return {std::move(out), mergeOf(plan, *graph, cascade, gpu)};
}

/// Halves the largest tile of a plan, of the grid or, where those are small, of the loop; false
/// when none is left to halve.
bool halve(KernelPlan& plan) {
  constexpr std::int64_t kSmallest = 8;
  Axis* largest = plan.loop ? &*plan.loop : nullptr;
  for (auto& axis : plan.grid) {
    if (axis.tile > kSmallest && (largest == nullptr || largest->tile <= kSmallest ||
                                  std::min(axis.tile, axis.size) >= largest->tile)) {
      largest = &axis;
    }
  }
  if (largest == nullptr || largest->tile <= kSmallest) {
    return false;
  }
  largest->tile = (std::min(largest->tile, largest->size) + 1) / 2;
  plan.extents.of[largest->variable] = largest->tile;
  return true;
}

/// Smaller tiles, or fewer of them in flight where that keeps them large enough for an instruction.
bool shrink(KernelPlan& plan) {
  constexpr std::int64_t kRows = 64; ///< of an instruction of a warpgroup
  constexpr int kMostWarpgroups = 4;
  const bool large = std::any_of(plan.grid.begin(), plan.grid.end(),
                                 [](const Axis& axis) { return axis.tile > kRows; });
  if (!large && plan.warpgroups < kMostWarpgroups) { // they divide the columns
    plan.warpgroups *= 2;
    return true;
  }
  if (!large && plan.stages > 1) {
    --plan.stages;
    return true;
  }
  return halve(plan);
}

/// The same with smaller tiles, where the kernel may choose them, until it fits.
std::vector<sim::gpu::Kernel> fittingKernelsOf(KernelPlan plan, const einsum::Cascade& cascade,
                                               const arch::Gpu& gpu, const ReplaceTrips& replace,
                                               core::Problems& problems) {
  core::Problems first;
  auto out = kernelsOf(plan, cascade, gpu, replace, first);
  while (!first.empty() && plan.kernel->shrinks && shrink(plan)) {
    core::Problems next;
    out = kernelsOf(plan, cascade, gpu, replace, next);
    if (next.empty()) {
      return out;
    }
  }
  problems.insert(problems.end(), first.begin(), first.end());
  return out;
}

/// Two per multiply-accumulate of the cascade's contractions, where masks leave points.
core::Expected<double> usefulFlops(const einsum::Cascade& cascade) {
  double out = 0;
  for (const auto& einsum : cascade.einsums()) {
    const auto counts = einsum::operations(cascade, einsum);
    if (!counts) {
      return core::failure(counts.error());
    }
    const auto found = counts->find("macc");
    out += found == counts->end() ? 0 : 2 * static_cast<double>(found->second);
  }
  return out;
}

} // namespace

core::Expected<sim::gpu::Chain> plan(const Mapping& mapping, const einsum::Cascade& cascade,
                                     const arch::Gpu& gpu, const ReplaceTrips& replace) {
  const auto kernels = resolve(mapping, cascade, gpu);
  if (!kernels) {
    return core::failure(kernels.error());
  }
  core::Problems problems;
  sim::gpu::Chain chain;
  for (const auto& einsum : cascade.einsums()) {
    chain.einsums.push_back(einsum.name);
  }
  for (const auto& each : *kernels) {
    if (!each.kernel->copies.empty()) {
      auto copies = copiesOf(each, cascade, gpu);
      std::move(copies.begin(), copies.end(), std::back_inserter(chain.kernels));
    } else {
      const auto made = fittingKernelsOf(each, cascade, gpu, replace, problems);
      for (std::int64_t i = 0; i < each.launches; ++i) {
        chain.kernels.insert(chain.kernels.end(), made.begin(), made.end());
      }
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto flops = usefulFlops(cascade); // takes long with some masks: last
  if (!flops) {
    return core::failure(flops.error());
  }
  chain.flops = *flops;
  return chain;
}

sim::gpu::Device device(const arch::Gpu& gpu) {
  const auto& data = gpu.data();
  sim::gpu::Device out;
  out.sms = data.sms;
  out.maximumHertz = data.clock.maximumHertz;
  out.clockOnset = data.clock.onset;
  out.clockExponent = data.clock.exponent;
  out.syncCycles = data.syncCycles;
  out.l2Bytes = static_cast<double>(data.l2.bytes);
  out.l2BytesPerCycle = data.l2.bytesPerCycle;
  out.l2BytesPerCyclePerSm = data.l2.bytesPerCyclePerSm;
  out.l2LatencyCycles = data.l2.latencyCycles;
  out.dramBytesPerSecond = data.dram.bytesPerSecond * data.dram.efficiency;
  out.dramWriteCost = data.dram.efficiency / data.dram.writeEfficiency;
  out.dramLatencySeconds = data.dram.latencySeconds;
  out.dramBurstBytes = static_cast<double>(data.dram.burstBytes);
  out.ctaCycles = data.launch.ctaCycles;
  out.kernelSeconds = data.launch.kernelSeconds;
  out.hostSeconds = data.launch.hostSeconds;
  return out;
}

} // namespace einsight::mappings::gpu

#include "mappings/gpu/plan.hpp"

#include "mappings/gpu/copies.hpp"
#include "mappings/gpu/cta/inside.hpp"
#include "mappings/gpu/grid/jobs.hpp"
#include "mappings/gpu/memory_need.hpp"
#include "mappings/gpu/useful.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

/// Copies of the tensors of all sequences, a launch for each tensor.
std::vector<sim::gpu::Kernel> copiesOf(const KernelPlan& plan, const Batch& batch,
                                       const arch::Gpu& gpu) {
  std::vector<sim::gpu::Kernel> out;
  for (const auto length : batch.sequences) {
    auto own = copiesOf(plan, batch.lengths[static_cast<std::size_t>(length)], gpu);
    out.resize(std::max(out.size(), own.size()));
    for (std::size_t k = 0; k < own.size(); ++k) {
      if (out[k].order.empty()) {
        out[k] = std::move(own[k]);
        continue;
      }
      const auto first = static_cast<std::int32_t>(out[k].kinds.size());
      out[k].kinds.insert(out[k].kinds.end(), own[k].kinds.begin(), own[k].kinds.end());
      for (const auto kind : own[k].order) {
        out[k].order.push_back(kind + first);
        out[k].reuse.push_back(-1);
      }
    }
  }
  return out;
}

/// The same of all sequences of a batch.
core::Expected<std::map<std::string, double>> maccsOf(const Batch& batch) {
  std::map<std::string, double> out;
  for (std::size_t l = 0; l < batch.lengths.size(); ++l) {
    auto one = usefulMaccs(batch.lengths[l]);
    if (!one) {
      return one;
    }
    const auto times = static_cast<double>(
        std::count(batch.sequences.begin(), batch.sequences.end(), static_cast<std::int32_t>(l)));
    for (const auto& [einsum, maccs] : *one) {
      out[einsum] += maccs * times;
    }
  }
  return out;
}

/// Multiply-accumulates per cycle and SM of the instructions that the products use, as vendors
/// state them: the mean over the time that each product's work would take. 0 where there is none.
double peakMaccs(const std::vector<std::optional<FittingKernel>>& kernels,
                 const std::map<std::string, double>& maccs) {
  double work = 0;
  double cycles = 0;
  for (const auto& kernel : kernels) {
    for (const auto& use : kernel ? kernel->inside.parts.products : std::vector<ProductUse>{}) {
      if (const auto own = maccs.find(use.product.einsum->name); own != maccs.end()) {
        work += own->second;
        cycles += own->second / use.maccsPerCycle;
      }
    }
  }
  return cycles > 0 ? work / cycles : 0;
}

/// Does a launch do something else than the first, because a mask knows which it is?
bool launchesDiffer(const KernelPlan& plan) {
  const auto* masked = plan.kernel->skipMasked ? maskedEinsum(plan) : nullptr;
  return masked != nullptr && std::any_of(masked->domain.begin(), masked->domain.end(),
                                          [&](const einsum::Constraint& each) {
                                            return each.terms.count(plan.kernel->each) != 0;
                                          });
}

/// All launches of a kernel.
void addLaunches(FittingKernel& fitting, const KernelContext& context,
                 std::vector<sim::gpu::Kernel>& out, core::Problems& problems) {
  auto& plan = fitting.plan;
  const bool differ = launchesDiffer(plan);
  std::vector<sim::gpu::Kernel> made;
  for (plan.launch = 0; plan.launch < plan.launches && problems.empty(); ++plan.launch) {
    if (plan.launch == 0 || differ) {
      made = kernelsOf(fitting, context, problems);
    }
    out.insert(out.end(), made.begin(), made.end());
  }
}

} // namespace

core::Expected<sim::gpu::Chain> plan(const Mapping& mapping, const einsum::Cascade& cascade,
                                     const arch::Gpu& gpu, const ReplaceTrips& replace,
                                     const Batch* batch) {
  const auto kernels = resolve(mapping, cascade, gpu);
  if (!kernels) {
    return core::failure(kernels.error());
  }
  auto problems = memoryProblems(*kernels, cascade, gpu, batch);
  sim::gpu::Chain chain;
  const KernelContext context{cascade, gpu, replace, batch};
  for (const auto& einsum : cascade.einsums()) {
    chain.einsums.push_back(einsum.name);
  }
  // What is too large is refused before any list of CTAs is made.
  std::vector<std::optional<FittingKernel>> fitting;
  for (const auto& each : *kernels) {
    fitting.push_back(each.kernel->movesOnly ? std::nullopt : fit(each, context, problems));
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  for (std::size_t k = 0; k < kernels->size(); ++k) {
    if (fitting[k]) {
      addLaunches(*fitting[k], context, chain.kernels, problems);
      continue;
    }
    auto made = batch == nullptr ? copiesOf((*kernels)[k], cascade, gpu)
                                 : copiesOf((*kernels)[k], *batch, gpu);
    std::move(made.begin(), made.end(), std::back_inserter(chain.kernels));
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto maccs =
      batch == nullptr ? usefulMaccs(cascade) : maccsOf(*batch); // takes long with some masks: last
  if (!maccs) {
    return core::failure(maccs.error());
  }
  for (const auto& [einsum, count] : *maccs) {
    chain.flops += 2 * count;
  }
  chain.peakMaccs = peakMaccs(fitting, *maccs);
  return chain;
}

sim::gpu::Device device(const arch::Gpu& gpu) {
  const auto& data = gpu.data();
  sim::gpu::Device out;
  out.sms = data.sms;
  out.maximumHertz = data.clock.maximumHertz;
  out.clockOnset = data.clock.onset;
  out.clockExponent = data.clock.exponent;
  out.clockSettlingSeconds = data.clock.settlingSeconds;
  out.syncCycles = data.syncCycles;
  out.l2Bytes = static_cast<double>(data.l2.bytes);
  out.l2DirtyBytes = out.l2Bytes * data.l2.dirtyShare;
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

#include "mappings/gpu/plan.hpp"

#include "einsum/analysis.hpp"
#include "mappings/gpu/copies.hpp"
#include "mappings/gpu/inside.hpp"
#include "mappings/gpu/memory_need.hpp"

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

/// The same of all sequences of a batch.
core::Expected<double> usefulFlops(const Batch& batch) {
  double out = 0;
  for (std::size_t l = 0; l < batch.lengths.size(); ++l) {
    auto one = usefulFlops(batch.lengths[l]);
    if (!one) {
      return one;
    }
    out += *one * static_cast<double>(std::count(batch.sequences.begin(), batch.sequences.end(),
                                                 static_cast<std::int32_t>(l)));
  }
  return out;
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
    fitting.push_back(each.kernel->copies.empty() ? fit(each, context, problems) : std::nullopt);
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  for (std::size_t k = 0; k < kernels->size(); ++k) {
    auto made = fitting[k]         ? kernelsOf(*fitting[k], context, problems)
                : batch == nullptr ? copiesOf((*kernels)[k], cascade, gpu)
                                   : copiesOf((*kernels)[k], *batch, gpu);
    for (std::int64_t i = 1; i < (*kernels)[k].launches; ++i) {
      chain.kernels.insert(chain.kernels.end(), made.begin(), made.end());
    }
    std::move(made.begin(), made.end(), std::back_inserter(chain.kernels));
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto flops = batch == nullptr ? usefulFlops(cascade)
                                      : usefulFlops(*batch); // takes long with some masks: last
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

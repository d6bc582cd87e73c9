#include "mappings/gpu/copies.hpp"

#include "mappings/gpu/cta/occupancy.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kThreads = 256;
constexpr double kBytesPerThread = 64; ///< four 16-byte words in flight
constexpr std::int64_t kRegisters = 32;
constexpr double kBitsPerByte = 8;
constexpr double kAddedBytes = 4; ///< per element of a sum that CTAs added up

sim::gpu::Kernel copyOf(const einsum::Tensor& tensor, bool added, const KernelPlan& plan,
                        const arch::Gpu& gpu) {
  double bytes = tensor.bits / kBitsPerByte;
  const double readPerWritten = added ? kAddedBytes / bytes : 1;
  for (const auto size : tensor.shape) {
    bytes *= static_cast<double>(size);
  }
  const double chunk = kThreads * kBytesPerThread;
  const double ctas = std::ceil(bytes / chunk);
  sim::gpu::Kernel out;
  out.name = plan.kernel->name + " " + tensor.name;
  out.warpgroups = static_cast<int>(kThreads / 128);
  setOccupancy(out, occupancyOf(kThreads, kRegisters, gpu));
  out.prologue.loads.push_back(
      {tensor.name, chunk * readPerWritten, chunk * readPerWritten, false});
  out.epilogue.stores.push_back({tensor.name, chunk, chunk, false});
  out.kinds.push_back({0, 0, 1});
  out.order.assign(static_cast<std::size_t>(ctas), 0);
  out.reuse.assign(static_cast<std::size_t>(ctas), 0);
  if (const double last = bytes - chunk * (ctas - 1); last < chunk) {
    out.kinds.push_back({0, 0, last / chunk});
    out.order.back() = 1;
  }
  out.extraSeconds = plan.kernel->hostSeconds;
  return out;
}

bool holds(const std::vector<Copy>& copies, const std::string& tensor) {
  return std::any_of(copies.begin(), copies.end(),
                     [&](const Copy& copy) { return copy.tensor == tensor; });
}

} // namespace

void resolveCopies(std::vector<KernelPlan>& kernels) {
  std::vector<Copy> added;
  for (const auto& plan : kernels) {
    for (const auto* einsum : plan.einsums) {
      if (isAdded(plan, *einsum) && !holds(added, einsum->name)) {
        added.push_back({einsum->name, true});
      }
    }
  }
  for (auto& plan : kernels) {
    for (const auto& name : plan.kernel->copies) {
      if (name != kAdded) {
        plan.copies.push_back({name, holds(added, name)});
        continue;
      }
      std::copy_if(added.begin(), added.end(), std::back_inserter(plan.copies),
                   [&](const Copy& copy) { return !holds(plan.copies, copy.tensor); });
    }
  }
}

std::vector<sim::gpu::Kernel> copiesOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                                       const arch::Gpu& gpu) {
  std::vector<sim::gpu::Kernel> out;
  for (const auto& [tensor, added] : plan.copies) {
    out.push_back(copyOf(*cascade.tensor(tensor), added, plan, gpu));
  }
  return out;
}

} // namespace einsight::mappings::gpu

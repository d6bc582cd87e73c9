#include "mappings/gpu/copies.hpp"

#include "einsum/walk.hpp"
#include "mappings/gpu/cta/occupancy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kThreads = 256;
constexpr double kBytesPerThread = 64; ///< four 16-byte words in flight
constexpr std::int64_t kRegisters = 32;
constexpr double kBitsPerByte = 8;

/// A kernel that writes a tensor, in so many bytes each element, and reads so many bytes per byte.
sim::gpu::Kernel kernelOf(const einsum::Tensor& tensor, double bytes, double readPerWritten,
                          const KernelPlan& plan, const arch::Gpu& gpu) {
  for (const auto size : tensor.shape) {
    bytes *= static_cast<double>(size);
  }
  const double chunk = kThreads * kBytesPerThread;
  const double ctas = std::ceil(bytes / chunk);
  sim::gpu::Kernel out;
  out.name = plan.kernel->name + " " + tensor.name;
  out.warpgroups = static_cast<int>(kThreads / 128);
  setOccupancy(out, occupancyOf(kThreads, kRegisters, gpu));
  if (readPerWritten > 0) {
    out.prologue.loads.push_back(
        {tensor.name, chunk * readPerWritten, chunk * readPerWritten, false});
  }
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

sim::gpu::Kernel copyOf(const einsum::Tensor& tensor, bool added, const KernelPlan& plan,
                        const arch::Gpu& gpu) {
  const double bytes = tensor.bits / kBitsPerByte;
  return kernelOf(tensor, bytes, added ? kPartialBytes / bytes : 1, plan, gpu);
}

using Einsums = std::vector<const einsum::Einsum*>;

bool holds(const std::vector<Copy>& copies, const std::string& tensor) {
  return std::any_of(copies.begin(), copies.end(),
                     [&](const Copy& copy) { return copy.tensor == tensor; });
}

/// What CTAs add up in memory.
Einsums sumsOf(const std::vector<KernelPlan>& kernels) {
  Einsums out;
  for (const auto& plan : kernels) {
    std::copy_if(plan.einsums.begin(), plan.einsums.end(), std::back_inserter(out),
                 [&](const auto* einsum) { return isAdded(plan, *einsum); });
  }
  return out;
}

/// By their names, and then whatever nobody has named.
void resolveClears(std::vector<KernelPlan>& kernels, const Einsums& sums) {
  Einsums left = sums;
  for (auto& plan : kernels) {
    const auto& names = plan.kernel->clears;
    for (const auto* sum : sums) {
      if (einsum::contains(names, sum->name)) {
        plan.clears.push_back(sum);
        std::erase(left, sum);
      }
    }
  }
  for (auto& plan : kernels) {
    if (einsum::contains(plan.kernel->clears, std::string(kAdded))) {
      plan.clears.insert(plan.clears.end(), left.begin(), left.end());
      left.clear();
    }
  }
}

/// A CTA of a kernel with Einsums clears its tile.
core::Problems undivided(const KernelPlan& plan) {
  core::Problems out;
  for (const auto* sum : plan.kernel->movesOnly ? Einsums{} : plan.clears) {
    const auto variables = einsum::variablesOf(sum->output);
    for (const auto& axis : plan.grid) {
      if (axis.tiles() > 1 && !einsum::contains(variables, axis.variable)) {
        out.push_back(
            {plan.kernel->where,
             fmt::format("CTAs of kernel '{}' that differ in '{}' would all clear '{}'",
                         plan.kernel->name, axis.variable, sum->name),
             fmt::format("clear it by a kernel of its own: {{clears: [{}]}}", sum->name)});
      }
    }
  }
  return out;
}

} // namespace

void resolveCopies(std::vector<KernelPlan>& kernels, core::Problems& problems) {
  const auto sums = sumsOf(kernels);
  resolveClears(kernels, sums);
  std::vector<Copy> added;
  for (const auto* sum : sums) {
    if (!holds(added, sum->name)) {
      added.push_back({sum->name, true});
    }
  }
  for (auto& plan : kernels) {
    const auto wrong = undivided(plan);
    problems.insert(problems.end(), wrong.begin(), wrong.end());
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
  for (const auto* sum : plan.clears) {
    out.push_back(kernelOf(*cascade.tensor(sum->name), kPartialBytes, 0, plan, gpu));
  }
  return out;
}

} // namespace einsight::mappings::gpu

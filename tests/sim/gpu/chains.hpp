#pragma once
#include "sim/gpu/gpu.hpp"

/// Kernels made by hand for tests.
namespace einsight::sim::gpu::test {

inline Step tensor(double cycles, std::vector<int> needs = {}, std::vector<int> loads = {}) {
  Step step;
  step.unit = Step::Unit::Tensor;
  step.name = "product";
  step.cycles = cycles;
  step.needs = std::move(needs);
  step.loads = std::move(loads);
  return step;
}

inline Step lanes(double cycles, std::vector<int> needs = {}, double masked = 0) {
  Step step;
  step.name = "arithmetic";
  step.cycles = cycles;
  step.maskedCycles = masked;
  step.needs = std::move(needs);
  return step;
}

/// A device on which nothing but the units takes time.
Device plainDevice(std::int64_t sms = 1);

/// A kernel of one product, arithmetic on it, and a second product per iteration, without bytes.
Kernel attentionKernel(double first, double arithmetic, double second);

/// The kernel as a chain of its own, with `ctas` CTAs of its one kind.
Chain uniform(Kernel kernel, std::int64_t iterations, std::int64_t ctas);

/// Forward attention at head dimension 128 as a persistent kernel of two overlapping warpgroups
/// runs it, heads * ceil(length / 128) CTAs; causal ones the longest first.
Chain largeAttention(std::int64_t length, std::int64_t heads, bool causal);
/// A GPU of 132 SMs.
Device largeDevice();

/// The chain's time in cycles of the device's largest clock, without launches.
double cyclesOf(const Chain& chain, const Device& device, bool skip = true);
/// What an engine found; ends the test when it failed.
Totals totalsOf(const Chain& chain, const Device& device, bool skip = true);

} // namespace einsight::sim::gpu::test

#pragma once
#include "sim/gpu/gpu.hpp"
#include "sim/gpu/timeline.hpp"

namespace einsight::sim::gpu {

/// Cycles in which the tensor cores would do a kernel's products at the rate the vendor states, sum
/// over SMs; `ctas` per kind.
double peakCycles(const Kernel& kernel, const std::vector<std::int64_t>& ctas);

/// CTAs of each kind of a kernel.
std::vector<std::int64_t> ctasOf(const Kernel& kernel);

/// Special functions are a unit of its own only where a kernel runs them beside other arithmetic.
inline bool isReported(std::size_t unit, double busyCycles) {
  return unit != numberOf(Step::Unit::Special) || busyCycles > 0;
}

/// Operations and busy time per Einsum, bytes of L2 and shared memory: what every engine counts.
/// `hertz` turns cycles into seconds; busy seconds are means over the SMs.
void count(const Kernel& kernel, const Device& device, const std::vector<std::int64_t>& ctas,
           double hertz, KernelTotals& totals);

/// What the grid found, as the quantities that users read; without launches.
KernelTotals summarize(const Kernel& kernel, const Device& device, const Paces& paces,
                       const GridTotals& grid, double hertz);

/// Adds what launching costs: each kernel begins `kernelSeconds` after the one before, and the
/// chain takes no less than the host needs to launch all of it, which shows before the last kernel.
void addLaunches(const Chain& chain, const Device& device, Totals& totals);

} // namespace einsight::sim::gpu

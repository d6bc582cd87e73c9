#include "chains.hpp"

#include <catch2/catch.hpp>

namespace einsight::sim::gpu::test {

Totals totalsOf(const Chain& chain, const Device& device, bool skip) {
  Options options;
  options.skip = skip;
  const auto totals = cycle(chain, device, options);
  if (!totals) {
    FAIL(core::render(totals.error()));
  }
  return *totals;
}

double cyclesOf(const Chain& chain, const Device& device, bool skip) {
  double cycles = 0;
  for (const auto& kernel : totalsOf(chain, device, skip).kernels) {
    cycles += (kernel.seconds - kernel.launchSeconds) * device.maximumHertz;
  }
  return cycles;
}

} // namespace einsight::sim::gpu::test

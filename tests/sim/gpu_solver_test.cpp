#include "gpu_chains.hpp"
#include "sim/gpu/kernel_solver.hpp"
#include "sim/gpu/solver.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;

namespace {

/// CTAs that compute for 10 cycles and read 1000 bytes that nobody shares.
Kernel reading(std::int64_t ctas) {
  Kernel kernel;
  kernel.name = "reading";
  kernel.prologue.loads = {{"X", 1000, 0, false}};
  kernel.iteration.steps = {lanes(10)};
  kernel.kinds = {{1, 0, 1}};
  kernel.order.assign(static_cast<std::size_t>(ctas), 0);
  return kernel;
}

/// DRAM of 100 bytes a cycle, L2 of 1000.
Device narrow() {
  auto device = plainDevice(4);
  device.l2BytesPerCyclePerSm = 1000;
  device.l2BytesPerCycle = 1000;
  device.dramBytesPerSecond = 100 * device.maximumHertz;
  return device;
}

Device with(Device device, void (*change)(Device&)) {
  change(device);
  return device;
}

/// Grids that a kernel needs on those devices; their answers must be those of solvers of their own.
std::size_t gridsOn(const Kernel& kernel, const std::vector<Device>& devices) {
  KernelSolver solver(kernel);
  for (const auto& device : devices) {
    const auto known = solver.run(device, true);
    const auto fresh = KernelSolver(kernel).run(device, true);
    REQUIRE(known);
    REQUIRE(fresh);
    CHECK(*known == *fresh);
  }
  return solver.grids();
}

} // namespace

TEST_CASE("what a device does not change in a kernel is not run through again", "[sim]") {
  const auto kernel = reading(40);
  const auto base = narrow();
  CHECK(gridsOn(kernel, {base, base}) == 1);
  CHECK(gridsOn(kernel, {base, with(base, [](Device& d) { d.tensorSpeedup = 2; })}) == 1);
  CHECK(gridsOn(kernel, {base, with(base, [](Device& d) { d.sharedSpeedup = 2; })}) == 1);
  CHECK(gridsOn(kernel, {base, with(base, [](Device& d) { d.kernelSeconds = 1; })}) == 1);
  CHECK(gridsOn(kernel, {base, with(base, [](Device& d) { d.lanesSpeedup = 2; })}) == 2);
  CHECK(gridsOn(kernel, {base, with(base, [](Device& d) { d.sms = 5; })}) == 2);
}

TEST_CASE("bandwidth that limited nothing may grow, but not become less", "[sim]") {
  const auto kernel = reading(40);
  const auto base = narrow();
  const auto moreL2 = with(base, [](Device& d) { d.l2BytesPerCycle = 2000; });
  const auto lessL2 = with(base, [](Device& d) { d.l2BytesPerCycle = 50; });
  const auto moreDram = with(base, [](Device& d) { d.dramBytesPerSecond *= 2; });
  CHECK(gridsOn(kernel, {base, moreL2}) == 1);
  CHECK(gridsOn(kernel, {moreL2, base}) == 2);
  CHECK(gridsOn(kernel, {base, lessL2}) == 2);
  CHECK(gridsOn(kernel, {lessL2, base}) == 2);
  CHECK(gridsOn(kernel, {base, moreDram}) == 2);
}

TEST_CASE("kernels that are equal give the same answer once and again", "[sim]") {
  const Chain chain{{"A"}, {reading(40), reading(7), reading(40)}, 0};
  const auto device = narrow();
  Solver solver(chain);
  const auto totals = solver.cycle(device);
  REQUIRE(totals);
  REQUIRE(totals->kernels.size() == 3);
  CHECK(totals->kernels[0].cycles == totals->kernels[2].cycles);
  CHECK(totals->kernels[0].cycles == cyclesOf({{"A"}, {reading(40)}, 0}, device));
  CHECK(totals->kernels[1].cycles == cyclesOf({{"A"}, {reading(7)}, 0}, device));
  CHECK(*totals == *solver.cycle(device));
}

TEST_CASE("a solver stops where it is asked to", "[sim]") {
  const Chain chain{{"A"}, {reading(40)}, 0};
  Options options;
  options.progress = [](double) { return false; };
  const auto stopped = Solver(chain).cycle(narrow(), options);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().front().what == "stopped before the end");
}

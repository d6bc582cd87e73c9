#include "chains.hpp"
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

TEST_CASE("a grid is gone through once for all bandwidths behind the SMs", "[sim]") {
  const auto kernel = reading(40);
  const auto base = narrow();
  const auto moreL2 = with(base, [](Device& d) { d.l2BytesPerCycle = 2000; });
  const auto lessL2 = with(base, [](Device& d) { d.l2BytesPerCycle = 50; });
  const auto moreDram = with(base, [](Device& d) { d.dramBytesPerSecond *= 2; });
  CHECK(gridsOn(kernel, {base, moreL2, lessL2, moreDram, base}) == 1);
  CHECK(gridsOn(kernel, {lessL2, base}) == 1);
  const auto cycles = [&](const Device& device) { return cyclesOf({{"A"}, {kernel}, 0}, device); };
  CHECK(cycles(lessL2) > cycles(base));
  CHECK(cycles(moreDram) < cycles(base));
}

TEST_CASE("the grids of the first device and of the last are known", "[sim]") {
  const auto kernel = reading(40);
  const auto base = narrow();
  const auto quick = with(base, [](Device& d) { d.lanesSpeedup = 2; });
  const auto quicker = with(base, [](Device& d) { d.lanesSpeedup = 4; });
  CHECK(gridsOn(kernel, {base, quick, quick, base}) == 2);
  CHECK(gridsOn(kernel, {base, quick, quicker, quick}) == 4);
}

TEST_CASE("kernels of other names and Einsums take the same time", "[sim]") {
  const auto kernel = reading(40);
  auto other = kernel;
  other.name = "other";
  other.prologue.loads[0].tensor = "Y";
  other.iteration.steps[0].name = "product";
  other.iteration.steps[0].work = {{1, "add", 100, 0}};
  other.extraSeconds = 1;
  CHECK(sameTimes(kernel, other));
  const auto device = narrow();
  const auto both = totalsOf({{"A", "B"}, {kernel, other}, 0}, device).kernels;
  const auto alone = totalsOf({{"A", "B"}, {other}, 0}, device).kernels;
  CHECK(both[1].name == "other");
  CHECK(both[1].cycles == alone[0].cycles);
  CHECK(both[1].operations == alone[0].operations);
  CHECK(both[0].operations != both[1].operations);
  const auto differs = [&](void (*change)(Kernel&)) {
    auto changed = other;
    change(changed);
    return !sameTimes(kernel, changed);
  };
  CHECK(differs([](Kernel& k) { k.prologue.loads[0].bytes = 999; }));
  CHECK(differs([](Kernel& k) { k.iteration.steps[0].cycles = 11; }));
  CHECK(differs([](Kernel& k) { k.epilogue.stores = {{"Z", 1, 0, false}}; }));
  CHECK(differs([](Kernel& k) { k.kinds[0].iterations = 2; }));
  CHECK(differs([](Kernel& k) { k.order.push_back(0); }));
  CHECK(differs([](Kernel& k) { k.residents = 2; }));
  CHECK(differs([](Kernel& k) { k.lists = {0}; }));
  CHECK(differs([](Kernel& k) { k.others.emplace_back(); }));
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

TEST_CASE("tensor cores twice as fast promise what products of half the time take", "[sim]") {
  auto device = plainDevice(4);
  device.clockOnset = 0.3; // the clock falls where tensor cores are used more
  device.clockExponent = 0.5;
  const auto chain = [](double cycles) {
    auto kernel = attentionKernel(cycles, 10, cycles);
    kernel.iteration.steps[0].peakCycles = kernel.iteration.steps[2].peakCycles = cycles;
    return uniform(kernel, 20, 8);
  };
  const double half = totalsOf(chain(20), device).seconds;
  device.tensorSpeedup = 2;
  CHECK(totalsOf(chain(40), device).seconds == Approx(half));
}

TEST_CASE("a solver stops where it is asked to", "[sim]") {
  const Chain chain{{"A"}, {reading(40)}, 0};
  Options options;
  options.progress = [](double) { return false; };
  const auto stopped = Solver(chain).cycle(narrow(), options);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().front().what == "stopped before the end");
}

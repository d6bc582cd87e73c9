#include "chains.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight;
using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;

namespace {

/// CTAs of 10 cycles per iteration on one SM each.
Kernel productKernel() {
  Kernel kernel;
  kernel.name = "product";
  kernel.iteration.steps = {tensor(10)};
  kernel.iteration.steps[0].work = {{0, "macc", 7}};
  return kernel;
}

/// CTAs of as many iterations as the numbers say, in that order.
Chain triangle(const std::vector<int>& lengths) {
  auto kernel = productKernel();
  for (const int length : lengths) {
    kernel.order.push_back(static_cast<std::int32_t>(kernel.kinds.size()));
    kernel.kinds.push_back({length, 0, 1});
  }
  return {{"QK"}, {kernel}, 0};
}

const KernelTotals& only(const Totals& totals) {
  REQUIRE(totals.kernels.size() == 1);
  return totals.kernels.front();
}

double sum(const Use& use) {
  return use.busySeconds + use.waitData + use.waitSpace + use.waitSync + use.waitBandwidth +
         use.waitIssue + use.idle;
}

} // namespace

TEST_CASE("CTAs run in waves, and one more than fits takes another wave", "[sim]") {
  const auto device = plainDevice(4);
  for (const auto& [ctas, waves] : {std::pair{1, 1}, {4, 1}, {5, 2}, {8, 2}, {9, 3}}) {
    const auto chain = uniform(productKernel(), 3, ctas);
    CHECK(cyclesOf(chain, device) == Approx(30 * waves));
    CHECK(only(totalsOf(chain, device)).waves == Approx(ctas / 4.0));
  }
  // Nine CTAs: three SMs stop after two of them.
  CHECK(only(totalsOf(uniform(productKernel(), 3, 9), device)).tailShare == Approx(1.0 / 3));
  CHECK(only(totalsOf(uniform(productKernel(), 3, 8), device)).tailShare == 0);
}

TEST_CASE("each CTA costs its start, CTAs that stay only the first on their SM", "[sim]") {
  auto device = plainDevice(2);
  device.ctaCycles = 5;
  auto kernel = productKernel();
  CHECK(cyclesOf(uniform(kernel, 3, 6), device) == Approx(3 * 35));
  kernel.persistent = true;
  CHECK(cyclesOf(uniform(kernel, 3, 6), device) == Approx(5 + 3 * 30));
}

TEST_CASE("what a kernel sets up costs every slot once", "[sim]") {
  auto kernel = productKernel();
  const auto alone = only(totalsOf(uniform(kernel, 10, 8), plainDevice(4))).cycles;
  kernel.setupCycles = 70;
  CHECK(only(totalsOf(uniform(kernel, 10, 8), plainDevice(4))).cycles == Approx(alone + 70));
  kernel.persistent = true;
  CHECK(only(totalsOf(uniform(kernel, 10, 8), plainDevice(4))).cycles == Approx(alone + 70));
}

TEST_CASE("CTAs go to the SM that frees first, so heavy ones come best first", "[sim]") {
  const auto device = plainDevice(2);
  CHECK(cyclesOf(triangle({1, 2, 3, 4}), device) == Approx(60));
  CHECK(cyclesOf(triangle({4, 3, 2, 1}), device) == Approx(50));
}

TEST_CASE("the first CTAs go one to each SM before any gets a second", "[sim]") {
  auto kernel = attentionKernel(20, 20, 20);
  kernel.residents = 2;
  // Alone 600 cycles, two on an SM 800.
  CHECK(cyclesOf(uniform(kernel, 10, 3), plainDevice(3)) == Approx(600));
  CHECK(cyclesOf(uniform(kernel, 10, 6), plainDevice(3)) == Approx(800));
}

TEST_CASE("a CTA goes faster when the other on its SM has ended", "[sim]") {
  auto kernel = productKernel();
  kernel.residents = 2;
  auto chain = triangle({1, 3});
  chain.kernels[0].residents = 2;
  // Both at half the speed until 20; two thirds of the second are left, at full speed.
  CHECK(cyclesOf(chain, plainDevice(1)) == Approx(40));
}

TEST_CASE("a kernel that DRAM limits takes its bytes over the bandwidth", "[sim]") {
  auto kernel = productKernel();
  kernel.prologue.loads = {{"Q", 4000, 0, false}};
  kernel.epilogue.stores = {{"O", 1000, 0, false}};
  auto device = plainDevice(4);
  device.maximumHertz = 1e9;
  device.dramBytesPerSecond = 2e9; // two bytes per cycle
  const auto totals = totalsOf(uniform(kernel, 3, 16), device);
  CHECK(totals.seconds == Approx(16 * 5000 / 2e9));
  const auto& found = only(totals);
  CHECK(found.dramReadBytes == 16 * 4000);
  CHECK(found.dramWriteBytes == 16 * 1000);
  CHECK(found.units.at("dram").busySeconds == Approx(totals.seconds));
  CHECK(found.units.at("tensor_core").waitBandwidth > 0.9 * totals.seconds);
  kernel.prologue.loads[0].burst = 96; // of bursts of 64: a third more is moved
  CHECK(totalsOf(uniform(kernel, 3, 16), device).seconds ==
        Approx(16 * (4000 * 4 / 3.0 + 1000) / 2e9));
}

TEST_CASE("the first CTAs on an SM take longer, and move no more bytes for it", "[sim]") {
  auto kernel = productKernel();
  kernel.persistent = true;
  kernel.prologue.loads = {{"Q", 4000, 0, false}};
  auto device = plainDevice(4);
  device.ctaCycles = 500;
  device.maximumHertz = 1e9;
  device.dramBytesPerSecond = 2e9; // two bytes per cycle
  CHECK(totalsOf(uniform(kernel, 3, 4), device).seconds == Approx(4 * 4000 / 2e9));
  device.dramBytesPerSecond = 0;
  device.l2BytesPerCycle = 2;
  CHECK(cyclesOf(uniform(kernel, 3, 4), device) == Approx(4 * 4000 / 2.0));
}

TEST_CASE("rows of a tile that do not exist are not moved, and take time all the same", "[sim]") {
  auto kernel = productKernel();
  kernel.prologue.loads = {{"Q", 400, 0, false}};
  kernel.iteration.loads = {{"K", 50, 0, false}};
  kernel.epilogue.stores = {{"O", 100, 0, false}};
  auto chain = uniform(kernel, 3, 2);
  const auto whole = only(totalsOf(chain, plainDevice()));
  chain.kernels[0].kinds[0].rows = 0.25;
  const auto part = only(totalsOf(chain, plainDevice()));
  CHECK(whole.dramReadBytes == 2 * (400 + 150));
  CHECK(part.dramReadBytes == 2 * (100 + 150));
  CHECK(part.dramWriteBytes == 2 * 25);
  CHECK(part.seconds == whole.seconds);
}

TEST_CASE("a kernel that L2 limits takes its bytes over the bandwidth of all SMs", "[sim]") {
  auto kernel = productKernel();
  kernel.iteration.loads = {{"K", 1000, 0, true}};
  auto device = plainDevice(4);
  device.l2BytesPerCycle = 20;
  CHECK(cyclesOf(uniform(kernel, 5, 16), device) == Approx(16 * 5 * 1000 / 20.0));
}

TEST_CASE("CTAs of a group read their stream from DRAM once if L2 keeps it", "[sim]") {
  auto kernel = productKernel();
  kernel.iteration.loads = {{"K", 100, 0, true}};
  auto chain = uniform(kernel, 10, 40);
  auto device = plainDevice(4);
  CHECK(only(totalsOf(chain, device)).dramReadBytes == Approx(1000));
  CHECK(only(totalsOf(chain, device)).l2ReadBytes == Approx(40 * 1000));
  // Two groups in turn, each wave of one: a wave finds nothing of the one before the last.
  for (std::size_t cta = 0; cta < 40; ++cta) {
    chain.kernels[0].reuse[cta] = static_cast<std::int32_t>(cta / 4 % 2);
  }
  device.l2Bytes = 1500;
  CHECK(only(totalsOf(chain, device)).dramReadBytes == Approx(10 * 1000));
  device.l2Bytes = 2500;
  CHECK(only(totalsOf(chain, device)).dramReadBytes == Approx(2 * 1000));
}

TEST_CASE("the clock falls with the use of the tensor cores, that of DRAM does not", "[sim]") {
  auto device = plainDevice(2);
  device.maximumHertz = 2e9;
  device.clockOnset = 0.5;
  device.clockExponent = 0.5;
  const auto busy = uniform(productKernel(), 3, 2);
  const auto found = only(totalsOf(busy, device));
  CHECK(found.hertz == Approx(2e9 * std::sqrt(0.5)));
  CHECK(found.seconds == Approx(30 / found.hertz));
  auto kernel = productKernel();
  kernel.iteration.steps[0].peakCycles = 5; // at the vendor's rate it takes half as long
  CHECK(only(totalsOf(uniform(kernel, 3, 2), device)).hertz == Approx(2e9));
  kernel.iteration.steps[0].peakCycles = 0;
  kernel.prologue.loads = {{"Q", 40, 0, false}};
  device.dramBytesPerSecond = 2e9; // 80 bytes in 40 ns, 30 cycles in at least 15 ns
  CHECK(only(totalsOf(uniform(kernel, 3, 2), device)).seconds == Approx(40e-9));
}

TEST_CASE("launches follow each other, and the host may be slower than all of them", "[sim]") {
  auto device = plainDevice(2);
  device.kernelSeconds = 1e-7;
  auto chain = uniform(productKernel(), 10, 2);
  chain.kernels.push_back(chain.kernels[0]);
  const auto free = totalsOf(chain, device);
  CHECK(free.seconds == Approx(2 * (1e-7 + 1e-7)));
  device.hostSeconds = 5e-7;
  chain.kernels[1].extraSeconds = 1e-7;
  const auto bound = totalsOf(chain, device);
  CHECK(bound.seconds == Approx(11e-7));
  CHECK(bound.kernels[0].seconds + bound.kernels[1].seconds == Approx(bound.seconds));
  CHECK(bound.kernels[1].launchSeconds == Approx(8e-7));
  CHECK(sum(bound.kernels[1].units.at("lanes")) == Approx(bound.kernels[1].seconds));
  CHECK(analytic(chain, device).seconds == Approx(11e-7));
}

TEST_CASE("operations and busy time are counted per Einsum", "[sim]") {
  auto kernel = attentionKernel(10, 20, 30);
  kernel.warpgroups = 2;
  kernel.iteration.steps[0].work = {{0, "macc", 700}};
  kernel.iteration.steps[1].work = {{1, "exp", 100, 15}, {2, "max", 100, 5}};
  kernel.iteration.steps[2].work = {{3, "macc", 100}, {4, "macc", 200}};
  const auto chain = uniform(kernel, 5, 6);
  const auto found = only(totalsOf(chain, plainDevice(3)));
  CHECK(found.operations.at(0).at("macc") == 700 * 5 * 6);
  CHECK(found.operations.at(2).at("max") == 100 * 5 * 6);
  CHECK(found.operations == only(analytic(chain, plainDevice(3))).operations);
  const double perSm = 2 * 5 * 6 / 3.0 / 1e9;
  CHECK(found.busySeconds.at(0) == Approx(10 * perSm));
  CHECK(found.busySeconds.at(1) == Approx(15 * perSm));
  CHECK(found.busySeconds.at(2) == Approx(5 * perSm));
  CHECK(found.busySeconds.at(4) == Approx(20 * perSm));
  CHECK(found.units.at("tensor_core").busySeconds == Approx(40 * perSm));
}

TEST_CASE("what the issue of arithmetic takes from tensor cores is a wait of its own", "[sim]") {
  auto kernel = attentionKernel(10, 20, 10);
  kernel.warpgroups = 2;
  kernel.issueShare = 1;
  const auto found = only(totalsOf(uniform(kernel, 50, 4), plainDevice(2)));
  const auto& tensorCore = found.units.at("tensor_core");
  CHECK(tensorCore.waitIssue > 0.2 * found.seconds);
  CHECK(tensorCore.waitSync == 0);
  CHECK(found.units.at("lanes").waitIssue == 0);
}

TEST_CASE("a step that needs what comes later is reported with the kernel's name", "[sim]") {
  auto kernel = productKernel();
  kernel.iteration.steps = {tensor(10, {1}), tensor(10)}; // in one line
  const auto totals = cycle(uniform(kernel, 3, 1), plainDevice());
  REQUIRE(!totals);
  CHECK(core::render(totals.error()) ==
        "product: error: product: the schedule can never finish: tensor_core waits to do product "
        "until product\n");
}

TEST_CASE("a kernel whose iterations overlap needs room for two of what both take", "[sim]") {
  auto kernel = attentionKernel(10, 20, 30);
  kernel.overlap = true;
  kernel.stages = 1;
  kernel.iteration.loads = {{"K", 10, 0, true}, {"V", 10, 0, true}};
  kernel.iteration.steps[0].loads = {0};
  kernel.iteration.steps[2].loads = {1};
  CHECK(cycle(uniform(kernel, 3, 1), plainDevice()));
  kernel.iteration.steps[2].loads = {0, 1};
  const auto totals = cycle(uniform(kernel, 3, 1), plainDevice());
  REQUIRE(!totals);
  CHECK(core::render(totals.error()) ==
        "error: attention: its iterations overlap, and two of them take K at the same "
        "time: that needs 2 stages, this kernel has 1\n");
  kernel.stages = 2;
  CHECK(cycle(uniform(kernel, 3, 1), plainDevice()));
}

TEST_CASE("who asks may stop the run", "[sim]") {
  Options options;
  options.progress = [](double) { return false; };
  const auto totals = cycle(uniform(productKernel(), 3, 1), plainDevice(), options);
  REQUIRE(!totals);
  CHECK(core::render(totals.error()) == "error: stopped before the end\n");
}

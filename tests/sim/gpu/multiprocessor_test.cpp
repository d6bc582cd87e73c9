#include "chains.hpp"
#include "sim/gpu/multiprocessor.hpp"
#include "sim/gpu/order.hpp"
#include "sim/totals.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::sim;
using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;

namespace {

/// Cycles of one SM until every slot has had its rounds.
double cycles(const Kernel& kernel, const Device& device, const Kind& kind,
              std::int64_t residents = 1, std::int64_t rounds = 1) {
  const auto totals = sim::cycle(smSchedule(kernel, device, kind, residents, rounds));
  if (!totals) {
    FAIL(core::render(totals.error()));
  }
  return static_cast<double>(totals->ticks) / kTicksPerCycle;
}

std::string orderOf(const std::vector<Step>& steps, bool overlap) {
  std::string text;
  for (const auto& issue : issueOrder(steps, overlap)) {
    text += std::to_string(issue.step) + (issue.stage == 1 ? "' " : " ");
  }
  return text;
}

} // namespace

TEST_CASE("a warpgroup alone does one step after another", "[sim]") {
  const auto kernel = attentionKernel(10, 20, 30);
  auto device = plainDevice();
  CHECK(cycles(kernel, device, {1, 0, 1}) == 60);
  CHECK(cycles(kernel, device, {3, 0, 1}) == 180);
  device.ctaCycles = 5;
  CHECK(cycles(kernel, device, {3, 0, 1}) == 185);
  CHECK(cycles(kernel, device, {3, 0, 1}, 1, 4) == 4 * 185);
}

TEST_CASE("special functions run beside arithmetic, of other warpgroups too", "[sim]") {
  Kernel kernel;
  kernel.name = "special";
  auto exponentials = lanes(20, {0});
  exponentials.unit = Step::Unit::Special;
  kernel.iteration.steps = {lanes(10), lanes(5, {0}), exponentials, tensor(30, {1, 2})};
  auto device = plainDevice();
  CHECK(cycles(kernel, device, {1, 0, 1}) == 60); // 10, 20 with the 5 beside it, 30
  device.syncCycles = 3;
  CHECK(cycles(kernel, device, {1, 0, 1}) == 60 + 2 * 3); // none to special functions
  kernel.warpgroups = 2;
  // The second one's arithmetic (10-20, 20-25 or later) beside the first one's exponentials
  // (10-30); its own: 30-50. Products: 30-60, 60-90, and two hand-overs.
  CHECK(cycles(kernel, device, {1, 0, 1}) == 90 + 2 * 3);
}

TEST_CASE("what warps of their own do is in no order with other steps", "[sim]") {
  Kernel kernel;
  kernel.name = "apart";
  kernel.overlap = true;
  kernel.stages = 2;
  kernel.iteration.steps = {lanes(30), lanes(14), tensor(60, {0})};
  kernel.iteration.steps[1].carried = {2};
  // In order, arithmetic stands behind what waits for the product of the iteration before.
  CHECK(cycles(kernel, plainDevice(), {3, 0, 1}) == 252);
  kernel.iteration.steps[1].apart = true;
  CHECK(cycles(kernel, plainDevice(), {3, 0, 1}) == 30 + 3 * 60);
}

TEST_CASE("warpgroups meet before a step that takes what all of them made", "[sim]") {
  auto kernel = attentionKernel(10, 20, 30);
  kernel.warpgroups = 2;
  // Tensor cores: 0-10, 10-20, 30-60 beside the second one's arithmetic (30-50), 60-90.
  CHECK(cycles(kernel, plainDevice(), {1, 0, 1}) == 90);
  kernel.iteration.steps[2].joint = true; // from 50 on
  CHECK(cycles(kernel, plainDevice(), {1, 0, 1}) == 110);
  CHECK(cycles(kernel, plainDevice(), {40, 0, 1}) > 40 * 90);
}

TEST_CASE("warpgroups that meet share the lanes in turns", "[sim]") {
  Kernel kernel;
  kernel.name = "turns";
  kernel.warpgroups = 2;
  kernel.iteration.steps = {lanes(40), tensor(30, {0}), tensor(5, {0})};
  // One after the other: lanes 0-40 and 40-80, products 40-75 and 80-115.
  CHECK(cycles(kernel, plainDevice(), {1, 0, 1}) == 115);
  kernel.iteration.steps[2].joint = true;
  // In turns of 10 they leave the lanes at 70 and 80: no product before.
  CHECK(cycles(kernel, plainDevice(), {1, 0, 1}) == 140);
  kernel.warpgroups = 1;
  CHECK(cycles(kernel, plainDevice(), {1, 0, 1}) == 75);
}

TEST_CASE("each hand-over between units costs the latency, a product behind a product does not",
          "[sim]") {
  const auto kernel = attentionKernel(10, 20, 30);
  auto device = plainDevice();
  device.syncCycles = 4;
  CHECK(cycles(kernel, device, {3, 0, 1}) == 3 * (60 + 2 * 4));
}

TEST_CASE("masked tiles come last and take longer", "[sim]") {
  auto kernel = attentionKernel(10, 20, 30);
  kernel.iteration.steps[1].maskedCycles = 7;
  CHECK(cycles(kernel, plainDevice(), {4, 1, 1}) == 247);
  CHECK(cycles(kernel, plainDevice(), {4, 4, 1}) == 4 * 67);
  CHECK(cycles(kernel, plainDevice(), {4, 0, 1}) == 240);
}

TEST_CASE("with overlap the second product runs beside the arithmetic of the next iteration",
          "[sim]") {
  auto kernel = attentionKernel(10, 20, 30);
  kernel.overlap = true;
  // QK 0-10, arithmetic 10-30; QK 30-40, AV 40-70 beside arithmetic 40-60; QK 70-80, AV 80-110; AV.
  CHECK(cycles(kernel, plainDevice(), {3, 0, 1}) == 140);
  CHECK(cycles(kernel, plainDevice(), {1, 0, 1}) == 60);
  auto slower = plainDevice();
  slower.syncCycles = 4;
  // A product is issued when the arithmetic before it has ended; what it takes comes 4 later.
  CHECK(cycles(kernel, slower, {1, 0, 1}) == 68);
}

TEST_CASE("two warpgroups hide the arithmetic of one behind the products of the other", "[sim]") {
  auto kernel = attentionKernel(20, 20, 20);
  CHECK(cycles(kernel, plainDevice(), {10, 0, 1}) == 600);
  kernel.warpgroups = 2;
  CHECK(cycles(kernel, plainDevice(), {10, 0, 1}) == 2 * 10 * 40);
  auto lanesBound = attentionKernel(10, 20, 10);
  lanesBound.warpgroups = 2;
  CHECK(cycles(lanesBound, plainDevice(), {10, 0, 1}) == 10 + 2 * 10 * 20 + 10);
}

TEST_CASE("two CTAs on an SM fill each other's gaps as two warpgroups do", "[sim]") {
  const auto kernel = attentionKernel(20, 20, 20);
  CHECK(cycles(kernel, plainDevice(), {10, 0, 1}, 2) == 800);
  CHECK(cycles(kernel, plainDevice(), {10, 0, 1}, 2, 3) == 3 * 800);
}

TEST_CASE("arithmetic keeps the tensor cores from others for a share of its time", "[sim]") {
  auto kernel = attentionKernel(20, 20, 20);
  kernel.issueShare = 0.5;
  // A warpgroup alone has no product to issue meanwhile.
  CHECK(cycles(kernel, plainDevice(), {10, 0, 1}) == 600);
  kernel.warpgroups = 2;
  CHECK(cycles(kernel, plainDevice(), {10, 0, 1}) >= 2 * 10 * (40 + 10));
  CHECK(cycles(kernel, plainDevice(), {10, 0, 1}) <= 2 * 10 * (40 + 10) + 20);
  // Products of both 0-40, the first one's share 40-50, its product 50-70, then the other's.
  CHECK(cycles(kernel, plainDevice(), {1, 0, 1}) == 100);
}

TEST_CASE("one stage exposes the load, two hide it", "[sim]") {
  Kernel kernel;
  kernel.iteration.loads = {{"K", 50, 0, true}};
  kernel.iteration.steps = {tensor(60, {}, {0})};
  auto device = plainDevice();
  device.l2BytesPerCyclePerSm = 1;
  kernel.stages = 1;
  CHECK(cycles(kernel, device, {6, 0, 1}) == 6 * 110);
  kernel.stages = 2;
  CHECK(cycles(kernel, device, {6, 0, 1}) == 50 + 6 * 60);
  device.l2LatencyCycles = 100; // two tiles per latency, load and product
  CHECK(cycles(kernel, device, {6, 0, 1}) == 3 * (50 + 100 + 60) + 60);
  kernel.stages = 4;
  CHECK(cycles(kernel, device, {6, 0, 1}) == 50 + 100 + 6 * 60);
}

TEST_CASE("a load that no step asks for is taken by the first one", "[sim]") {
  Kernel kernel;
  kernel.iteration.loads = {{"K", 50, 0, true}};
  kernel.iteration.steps = {tensor(60)};
  auto device = plainDevice();
  device.l2BytesPerCyclePerSm = 1;
  CHECK(cycles(kernel, device, {6, 0, 1}) == 6 * 110);
}

TEST_CASE("bytes that only this CTA reads come from DRAM, with its latency", "[sim]") {
  Kernel kernel;
  kernel.prologue.loads = {{"Q", 50, 0, false}};
  kernel.epilogue.steps = {lanes(10)};
  kernel.epilogue.stores = {{"O", 20, 0, false}};
  auto device = plainDevice();
  device.l2BytesPerCyclePerSm = 1;
  device.l2LatencyCycles = 100;
  device.maximumHertz = 1e9;
  device.dramLatencySeconds = 300e-9;
  CHECK(cycles(kernel, device, {0, 0, 1}) == 50 + 100 + 300 + 10 + 20);
  kernel.prologue.loads[0].shared = true;
  CHECK(cycles(kernel, device, {0, 0, 1}) == 50 + 100 + 10 + 20);
}

TEST_CASE("a CTA that stays loads for the next tile while it finishes one", "[sim]") {
  Kernel kernel;
  kernel.prologue.loads = {{"Q", 40, 0, false}};
  kernel.iteration.steps = {tensor(60)};
  kernel.epilogue.steps = {lanes(30, {})};
  auto device = plainDevice();
  device.l2BytesPerCyclePerSm = 1;
  device.ctaCycles = 10;
  CHECK(cycles(kernel, device, {1, 0, 1}, 1, 3) == 3 * 140);
  kernel.persistent = true; // the start of the first is the grid's
  CHECK(cycles(kernel, device, {1, 0, 1}, 1, 3) == 130 + 2 * 100);
}

TEST_CASE("a producer's loads run ahead into the next tile", "[sim]") {
  Kernel kernel;
  kernel.persistent = true;
  kernel.stages = 2;
  kernel.iteration.loads = {{"K", 50, 0, true}};
  kernel.iteration.steps = {tensor(60, {}, {0})};
  auto device = plainDevice();
  device.l2BytesPerCyclePerSm = 1;
  CHECK(cycles(kernel, device, {3, 0, 1}, 1, 4) == 4 * (50 + 3 * 60));
  kernel.producer = true;
  CHECK(cycles(kernel, device, {3, 0, 1}, 1, 4) == 50 + 4 * 3 * 60);
}

TEST_CASE("a kernel of copies alone takes the bytes over the port", "[sim]") {
  Kernel kernel;
  kernel.stages = 2;
  kernel.iteration.loads = {{"X", 30, 0, false}};
  kernel.iteration.stores = {{"Y", 30, 0, false}};
  auto device = plainDevice();
  device.l2BytesPerCyclePerSm = 1;
  CHECK(cycles(kernel, device, {10, 0, 1}) == 600);
}

TEST_CASE("the slower of product and shared memory counts, and each has its own speed", "[sim]") {
  auto kernel = attentionKernel(10, 20, 30);
  kernel.iteration.steps[0].sharedCycles = 16;
  auto device = plainDevice();
  CHECK(cycles(kernel, device, {1, 0, 1}) == 66);
  device.sharedSpeedup = 2;
  CHECK(cycles(kernel, device, {1, 0, 1}) == 60);
  device.tensorSpeedup = 2;
  device.lanesSpeedup = 4;
  CHECK(cycles(kernel, device, {1, 0, 1}) == 8 + 5 + 15);
}

TEST_CASE("steps are issued as listed, with overlap those behind the arithmetic an iteration later",
          "[sim]") {
  auto steps = attentionKernel(1, 1, 1).iteration.steps;
  CHECK(orderOf(steps, false) == "0 1 2 ");
  CHECK(orderOf(steps, true) == "0 2' 1 ");
  steps.push_back(lanes(1, {2})); // takes the second product: its iteration is the older one too
  CHECK(orderOf(steps, true) == "0 2' 1 3' ");
  steps[1].carried = {3}; // the next arithmetic takes that
  CHECK(orderOf(steps, true) == "0 2' 3' 1 ");
  steps[0].carried = {2};
  CHECK(orderOf(steps, true) == "2' 0 3' 1 ");
}

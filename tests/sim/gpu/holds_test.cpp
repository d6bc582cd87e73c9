#include "chains.hpp"
#include "sim/cycle/held.hpp"
#include "sim/gpu/multiprocessor.hpp"
#include "tests/sim/held_recorder.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::sim;
using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;
using sim::test::HeldRecorder;

namespace {

using Changes = std::map<std::int64_t, double>;

/// Q of 64 bytes once, K of 100 in each iteration, which the product takes for 20 cycles; a byte
/// arrives per cycle. A CTA sets 8 bytes aside and has 512 of registers.
Kernel loadingKernel(int stages) {
  Kernel kernel;
  kernel.name = "attention";
  kernel.producer = true;
  kernel.stages = stages;
  kernel.prologue.loads = {{"Q", 10}};
  kernel.prologue.loads[0].sharedMemoryBytes = 64;
  kernel.iteration.loads = {{"K", 10}};
  kernel.iteration.loads[0].sharedMemoryBytes = 100;
  kernel.iteration.steps = {tensor(20, {}, {0})};
  kernel.sharedBytes = 64 + 100 * stages + 8;
  kernel.registerBytes = 512;
  return kernel;
}

Device loadingDevice() {
  auto device = plainDevice();
  device.l2BytesPerCyclePerSm = 1;
  return device;
}

/// What an SM holds while two rounds of `residents` CTAs of three iterations run, by cycle.
struct Recorded {
  HeldRecorder recorder;
  double cycles = 0;

  Recorded(const Kernel& kernel, std::int64_t residents, Kind kind = {3, 0, 1}) {
    Holdings holdings;
    const auto schedule = smSchedule(kernel, loadingDevice(), kind, residents, 2, &holdings);
    CycleOptions options;
    options.waveform = &recorder;
    const auto totals = sim::cycle(schedule, options, holdings);
    if (!totals) {
      FAIL(core::render(totals.error()));
    }
    const auto plain = sim::cycle(smSchedule(kernel, loadingDevice(), kind, residents, 2));
    CHECK(totals->ticks == plain->ticks);
    cycles = static_cast<double>(totals->ticks) / kTicksPerCycle;
  }

  Changes held(const std::string& memory) {
    Changes changes;
    for (const auto& [tick, bytes] : recorder.held[memory]) {
      changes[tick / kTicksPerCycle] = bytes;
    }
    return changes;
  }
};

} // namespace

TEST_CASE("a CTA holds what it sets aside, its registers, and each tile from load to use",
          "[sim]") {
  auto kernel = loadingKernel(2);
  Recorded one(kernel, 1);
  CHECK(one.cycles == 2 * (20 + 3 * 20));
  // Q is loaded at 0, K at 10, 20 and 40 (the first use ends at 40, the second at 60). The second
  // CTA begins at 80.
  const Changes shared{{0, 8 + 64},         {10, 8 + 64 + 100},  {20, 8 + 64 + 200},
                       {60, 8 + 64 + 100},  {80, 8 + 64},        {90, 8 + 64 + 100},
                       {100, 8 + 64 + 200}, {140, 8 + 64 + 100}, {160, 0}};
  CHECK(one.held("shared_memory") == shared);
  CHECK(one.held("registers") == Changes{{0, 512}, {160, 0}});
}

TEST_CASE("a CTA that stays keeps its registers, and loads ahead into the next tile", "[sim]") {
  auto kernel = loadingKernel(3);
  kernel.persistent = true;
  Recorded one(kernel, 1);
  CHECK(one.held("registers") == Changes{{0, 512}, {static_cast<std::int64_t>(one.cycles), 0}});
  CHECK(one.recorder.largest("shared_memory") == static_cast<double>(kernel.sharedBytes));
}

TEST_CASE("resident CTAs hold side by side, and no more than they were given", "[sim]") {
  for (const bool persistent : {false, true}) {
    for (const int stages : {1, 2, 4}) {
      auto kernel = loadingKernel(stages);
      kernel.persistent = persistent;
      kernel.warpgroups = 2;
      INFO(persistent << " " << stages);
      Recorded three(kernel, 3);
      CHECK(three.recorder.largest("registers") == 3 * 512);
      CHECK(three.recorder.largest("shared_memory") <=
            3.0 * static_cast<double>(kernel.sharedBytes));
      CHECK(three.recorder.largest("shared_memory") >= 3.0 * (8 + 64 + 100));
      CHECK(std::prev(three.recorder.held["shared_memory"].end())->second == 0);
    }
  }
}

TEST_CASE("tiles that go to registers take no shared memory", "[sim]") {
  auto kernel = loadingKernel(2);
  kernel.prologue.loads[0].sharedMemoryBytes = 0;
  kernel.iteration.loads[0].sharedMemoryBytes = 0;
  kernel.sharedBytes = 0;
  Recorded one(kernel, 1);
  CHECK(one.recorder.largest("shared_memory") == 0);
}

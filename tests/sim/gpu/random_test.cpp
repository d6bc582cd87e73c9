#include "chains.hpp"
#include "drawn.hpp"
#include "sim/cycle/held.hpp"
#include "sim/gpu/multiprocessor.hpp"
#include "sim/gpu/solver.hpp"
#include "tests/sim/held_recorder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <rapidcheck.h>

using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;
using einsight::sim::CycleOptions;
using einsight::sim::Holdings;
using einsight::sim::test::HeldRecorder;

namespace {

bool close(double a, double b) {
  return std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b)) + 1e-18;
}

double sum(const Use& use) {
  return use.busySeconds + use.waitData + use.waitSpace + use.waitSync + use.waitBandwidth +
         use.waitIssue + use.idle;
}

/// Does some CTA add to sums that others add to?
bool adds(const Kernel& kernel) {
  const auto shares = [](const Part& part) {
    return std::any_of(part.stores.begin(), part.stores.end(),
                       [](const Transfer& store) { return store.shared; });
  };
  return shares(kernel.iteration) ||
         std::any_of(kernel.others.begin(), kernel.others.end(),
                     [&](const Body& body) { return shares(body.iteration); });
}

} // namespace

TEST_CASE("the bound is never above the simulation, and both count the same", "[sim]") {
  CHECK(rc::check("analytic <= cycle", [] {
    const Chain chain{{"A", "B", "C"}, {drawKernel(false), drawKernel(false)}, 0};
    const auto device = drawDevice();
    const auto totals = totalsOf(chain, device);
    const auto bound = analytic(chain, device);
    RC_ASSERT(bound.seconds <= totals.seconds * (1 + 1e-9));
    for (std::size_t k = 0; k < 2; ++k) {
      const auto& found = totals.kernels[k];
      const auto& least = bound.kernels[k];
      RC_ASSERT(least.seconds - least.launchSeconds <=
                (found.seconds - found.launchSeconds) * (1 + 1e-9));
      RC_ASSERT(least.operations == found.operations);
      RC_ASSERT(close(least.l2ReadBytes, found.l2ReadBytes));
      RC_ASSERT(close(least.l2WriteBytes, found.l2WriteBytes));
      RC_ASSERT(least.dramWriteBytes <= found.dramWriteBytes * (1 + 1e-9));
      // What was in L2 before, nobody wrote into it.
      RC_ASSERT(found.dramWriteBytes - found.evictedBytes <= found.l2WriteBytes * (1 + 1e-9));
      RC_ASSERT(least.evictedBytes <= found.evictedBytes * (1 + 1e-9));
      RC_ASSERT(least.dramReadBytes <= found.dramReadBytes * (1 + 1e-9));
      // What is added is read where it lies in DRAM.
      const double added = adds(chain.kernels[k]) ? found.l2WriteBytes : 0;
      RC_ASSERT(found.dramReadBytes <= (found.l2ReadBytes + added) * (1 + 1e-9));
      RC_ASSERT(added > 0 || close(least.dramWriteBytes - least.evictedBytes,
                                   found.dramWriteBytes - found.evictedBytes));
    }
  }));
}

TEST_CASE("every unit's time has a reason", "[sim]") {
  CHECK(rc::check("parts add up", [] {
    const Chain chain{{"A", "B", "C"}, {drawKernel(false)}, 0};
    const auto totals = totalsOf(chain, drawDevice());
    for (const auto& [name, use] : totals.kernels[0].units) {
      RC_ASSERT(close(sum(use), totals.kernels[0].seconds));
      for (const double part : {use.busySeconds, use.waitData, use.waitSpace, use.waitSync,
                                use.waitBandwidth, use.waitIssue, use.idle}) {
        RC_ASSERT(part >= 0.0);
      }
    }
  }));
}

TEST_CASE("skipping repeated periods and taking times from lines changes nothing", "[sim]") {
  CHECK(rc::check("skipped equals unskipped", [] {
    auto kernel = drawKernel(false);
    const auto shortest = drawn(0, 6); // many kinds that differ in their iterations only
    for (std::int64_t k = 0; k < 30; ++k) {
      kernel.kinds.push_back({shortest + k, 1, 1});
      kernel.order.push_back(static_cast<std::int32_t>(kernel.kinds.size()) - 1);
      kernel.reuse.push_back(0);
    }
    const Chain chain{{"A", "B", "C"}, {kernel}, 0};
    const auto device = drawDevice();
    const auto skipped = totalsOf(chain, device).kernels[0];
    const auto full = totalsOf(chain, device, false).kernels[0];
    RC_ASSERT(close(skipped.seconds, full.seconds));
    RC_ASSERT(close(skipped.tailShare, full.tailShare));
    RC_ASSERT(close(skipped.dramReadBytes, full.dramReadBytes));
  }));
}

TEST_CASE("what a solver remembers of other devices changes no answer", "[sim]") {
  CHECK(rc::check("remembered == fresh", [] {
    auto kernel = drawKernel(false);
    const Chain chain{{"A", "B", "C"}, {kernel, drawKernel(false), kernel}, 0};
    auto device = drawDevice();
    Solver solver(chain);
    for (int change = 0; change < 6; ++change) {
      const auto known = solver.cycle(device);
      RC_ASSERT(known.has_value());
      RC_ASSERT(*known == totalsOf(chain, device));
      const std::vector<double*> rates{&device.tensorSpeedup,      &device.lanesSpeedup,
                                       &device.sharedSpeedup,      &device.l2BytesPerCycle,
                                       &device.dramBytesPerSecond, &device.l2BytesPerCyclePerSm};
      *rates[static_cast<std::size_t>(drawn(0, 5))] *= coin() ? 2 : 0.5;
    }
  }));
}

TEST_CASE("SMs that all do the same give what SMs one by one give", "[sim]") {
  CHECK(rc::check("together == one by one", [] {
    auto kernel = drawKernel(true);
    kernel.kinds[0].body = 0;
    if (coin()) { // as long as the others, of a tile that is not full
      kernel.kinds.push_back(kernel.kinds[0]);
      kernel.kinds[1].rows = kernel.kinds[1].filled = 0.5;
    }
    kernel.order.resize(static_cast<std::size_t>(drawn(1, 200)));
    kernel.reuse.resize(kernel.order.size());
    kernel.secondReuse.resize(kernel.order.size());
    for (std::size_t cta = 0; cta < kernel.order.size(); ++cta) {
      kernel.order[cta] = static_cast<std::int32_t>(drawn(0, std::ssize(kernel.kinds) - 1));
      kernel.reuse[cta] = static_cast<std::int32_t>(drawn(-1, 3));
      kernel.lists.push_back(static_cast<std::int32_t>(cta));
    }
    if (coin()) { // the last one takes another time
      kernel.order.back() = static_cast<std::int32_t>(kernel.kinds.size());
      kernel.kinds.push_back({1, 0, 0.5});
    }
    const auto single = kernel; // a work list for each, which takes another way
    kernel.lists.clear();
    const auto device = drawDevice();
    RC_ASSERT(totalsOf({{"A", "B", "C"}, {kernel}, 0}, device) ==
              totalsOf({{"A", "B", "C"}, {single}, 0}, device));
  }));
}

TEST_CASE("twice the SMs are never slower for CTAs of one kind", "[sim]") {
  CHECK(rc::check("more SMs", [] {
    const Chain chain{{"A", "B", "C"}, {drawKernel(true)}, 0};
    auto device = plainDevice(drawn(1, 6));
    device.ctaCycles = 10;
    device.l2BytesPerCyclePerSm = 32;
    const double few = cyclesOf(chain, device);
    device.sms *= 2;
    RC_ASSERT(cyclesOf(chain, device) <= few * (1 + 1e-9));
  }));
}

TEST_CASE("an SM never holds more than its CTAs were given, and nothing at the end", "[sim]") {
  CHECK(rc::check("held <= given", [] {
    auto kernel = drawKernel(false);
    kernel.registerBytes = drawn(0, 100);
    kernel.sharedBytes = drawn(0, 3000); // tiles may leave nothing of it
    std::vector<Part*> parts{&kernel.prologue, &kernel.iteration, &kernel.epilogue};
    for (auto& body : kernel.others) {
      parts.insert(parts.end(), {&body.prologue, &body.iteration, &body.epilogue});
    }
    for (auto* part : parts) {
      for (auto& load : part->loads) {
        load.sharedMemoryBytes = static_cast<double>(drawn(0, 200));
      }
    }
    const auto kind = kernel.kinds[0];
    const auto body = partsOf(kernel, kind);
    double tiles = 0;
    for (const auto* part : {&body.prologue, &body.iteration, &body.epilogue}) {
      for (const auto& load : part->loads) {
        tiles += load.sharedMemoryBytes * (part == &body.iteration ? kernel.stages : 1);
      }
    }
    const auto device = drawDevice();
    Holdings holdings;
    const auto schedule = smSchedule(kernel, device, kind, kernel.residents, 3, &holdings);
    HeldRecorder recorder;
    CycleOptions options;
    options.waveform = &recorder;
    const auto totals = einsight::sim::cycle(schedule, options, holdings);
    RC_ASSERT(totals.has_value());
    RC_ASSERT(totals->ticks == einsight::sim::cycle(schedule)->ticks);
    const auto residents = static_cast<double>(kernel.residents);
    const auto given = std::max(tiles, static_cast<double>(kernel.sharedBytes));
    RC_ASSERT(recorder.largest("shared_memory") <= residents * given);
    RC_ASSERT(recorder.largest("registers") <=
              residents * static_cast<double>(kernel.registerBytes));
    for (const auto& [memory, changes] : recorder.held) {
      RC_ASSERT(changes.empty() || std::prev(changes.end())->second == 0.0);
      for (const auto& [tick, bytes] : changes) {
        RC_ASSERT(bytes >= 0.0);
      }
    }
  }));
}

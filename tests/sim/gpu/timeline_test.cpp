#include "sim/gpu/timeline.hpp"

#include <catch2/catch.hpp>

using namespace einsight::sim;
using namespace einsight::sim::gpu;

namespace {

/// Two SMs: 10 cycles that ask for 40 bytes of L2 and 20 of DRAM per cycle, then 5 in which one SM
/// still asks for half of it.
Timeline twoSms() {
  Timeline timeline;
  timeline.stretches = {{10, 40, 20}, {5, 20, 10}};
  timeline.endings = {{10, 1}, {15, 2}};
  timeline.cycles = 15;
  timeline.dramReadBytes = 250;
  timeline.ctas = {3};
  return timeline;
}

} // namespace

TEST_CASE("with bandwidth enough a grid takes its virtual time", "[sim]") {
  for (const Bandwidth enough : {Bandwidth{0, 0}, Bandwidth{40, 20}, Bandwidth{100, 0}}) {
    const auto totals = totalsUnder(twoSms(), {}, enough);
    CHECK(totals.cycles == 15);
    CHECK(totals.firstIdle == 10);
    CHECK(totals.activeCycles == 25);
    CHECK(totals.slowedCycles == 0);
    CHECK(totals.dramReadBytes == 250);
    CHECK(totals.ctas == std::vector<std::int64_t>{3});
  }
}

TEST_CASE("a stretch takes longer by what L2 or DRAM lacks, whichever lacks more", "[sim]") {
  const auto dram = totalsUnder(twoSms(), {}, {20, 5});
  CHECK(dram.cycles == 10 * 4 + 5 * 2);
  CHECK(dram.firstIdle == 40);
  CHECK(dram.activeCycles == 40 + 50);
  CHECK(dram.slowedCycles == 30 + 35);
  const auto l2 = totalsUnder(twoSms(), {}, {10, 10});
  CHECK(l2.cycles == 10 * 4 + 5 * 2);
  const auto little = totalsUnder(twoSms(), {}, {39, 20});
  CHECK(little.cycles == Approx(15 + 10.0 / 39));
}

TEST_CASE("an SM without CTAs is idle from the start", "[sim]") {
  auto timeline = twoSms();
  timeline.idleSms = true;
  CHECK(totalsUnder(timeline, {}, {}).firstIdle == 0);
}

TEST_CASE("units stand still as each pace says, for every CTA that went at it", "[sim]") {
  auto timeline = twoSms();
  timeline.syncCycles = 7;
  constexpr auto kSync = static_cast<std::size_t>(Wait::Sync);
  constexpr auto kData = static_cast<std::size_t>(Wait::Data);
  UsedPace used;
  used.ctas = 2.5;
  used.pace.waits[0][kData] = 4;
  used.pace.waits[1][kSync] = 2;
  const auto waits = totalsUnder(timeline, {used, used}, {}).waits;
  CHECK(waits[0][kData] == 20);
  CHECK(waits[0][kSync] == 7);
  CHECK(waits[1][kData] == 0);
  CHECK(waits[1][kSync] == 17);
}

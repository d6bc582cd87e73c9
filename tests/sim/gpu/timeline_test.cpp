#include "sim/gpu/timeline.hpp"

#include <catch2/catch.hpp>

#include <cmath>

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

TEST_CASE("what comes into L2 takes the place of dirty lines, which DRAM takes back", "[sim]") {
  auto timeline = twoSms();
  timeline.stretches = {{10, 40, 20, 20}, {5, 20, 10, 10}};
  const DirtyLines dirty{100, 200};
  const double first = 100 * (1 - std::exp(-1.0)); // 200 bytes came in
  const double all = 100 * (1 - std::exp(-1.25));
  CHECK(dirty.evicted(0, 200) == Approx(first));
  CHECK(dirty.evicted(200, 250) == Approx(all - first));
  CHECK(DirtyLines{}.evicted(0, 1000) == 0);
  const auto free = totalsUnder(timeline, {}, {0, 1000}, dirty);
  CHECK(free.cycles == 15);
  CHECK(free.evictedBytes == Approx(all));
  CHECK(free.dramWriteBytes == Approx(all));
  CHECK(free.dramMovedBytes == Approx(all));
  // DRAM that just keeps up with the reads is slowed by what it takes back.
  const auto slowed = totalsUnder(timeline, {}, {0, 10}, dirty);
  CHECK(slowed.cycles == Approx((200 + 50 + all) / 10));
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

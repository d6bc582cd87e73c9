#include "sim/totals.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace einsight;
using namespace einsight::sim;

namespace {

using Kind = Counter::Kind;

/// A unit of four PEs and a port; one Einsum; two ticks are a cycle; 100 cycles.
struct Case {
  Schedule schedule;
  Totals totals;

  Case() {
    schedule.ticksPerCycle = 2;
    schedule.resources = {{"array", false, 4, 1}, {"dram", true, 1, 1}};
    schedule.einsums = {"QK"};
    totals.ticks = 200;
    totals.resources.resize(2);
    totals.resources[0].busy = 150;
    totals.resources[0].waits = {10, 12, 14, 6, 8};
    totals.resources[1].busy = 50;
    totals.resources[1].waits = {0, 0, 0, 0, 150};
    totals.einsumBusy = {150};
    totals.path = {120, 60, 20};
  }
  void add(Counter counter, Wide count) {
    schedule.counters.push_back(std::move(counter));
    totals.counters.push_back(count);
  }
  [[nodiscard]] results::Result result() const {
    auto made = summarize(schedule, totals, core::Rational(1000));
    if (!made) {
      FAIL(core::render(made.error()));
    }
    return std::move(*made);
  }
};

} // namespace

TEST_CASE("ticks become cycles, and cycles seconds", "[sim]") {
  const auto result = Case().result();
  CHECK(result.cycles == 100.0);
  CHECK(result.seconds == Approx(0.1));
}

TEST_CASE("busy and stalls of a unit are cycles, each with its reason", "[sim]") {
  const auto result = Case().result();
  REQUIRE(result.units.size() == 2);
  CHECK(result.units[0].name == "array");
  CHECK(result.units[0].busyCycles == 75);
  const auto& stalls = result.units[0].stalls;
  CHECK(stalls.waitData == 5);
  CHECK(stalls.waitSpace == 6);
  CHECK(stalls.waitSync == 7);
  CHECK(stalls.waitBandwidth == 3);
  CHECK(stalls.idle == 4);
  CHECK(result.units[1].stalls.idle == 75);
}

TEST_CASE("a unit is used by the PEs that work, a port by the time it is busy", "[sim]") {
  Case at;
  at.add({Kind::BusyLanes, "array", "lanes", 0, {}, 1}, 120); // of 4 PEs for 100 cycles
  const auto result = at.result();
  CHECK(result.units[0].utilization == Approx(0.3));
  CHECK(result.units[1].utilization == Approx(0.25));
  CHECK(result.einsums[0].unit == "array");
  CHECK(result.einsums[0].utilization == Approx(0.3));
  CHECK(result.einsums[0].busyCycles == 75);
}

TEST_CASE("PEs that take part of a cycle for an operation are busy for that part", "[sim]") {
  Case at;
  at.add({Kind::BusyLanes, "array", "lanes", 0, {}, 2}, 120); // half cycles
  const auto result = at.result();
  CHECK(result.units[0].utilization == Approx(0.15));
  CHECK(result.einsums[0].utilization == Approx(0.15));
}

TEST_CASE("operations are counted per Einsum, a multiply-accumulate is two", "[sim]") {
  Case at;
  at.add({Kind::Operation, "array", "macc", 0, {}, 1}, 70);
  at.add({Kind::Operation, "array", "max", 0, {}, 1}, 9);
  const auto result = at.result();
  CHECK(result.einsums[0].ops == std::map<std::string, std::int64_t>{{"macc", 70}, {"max", 9}});
  CHECK(result.flops == 149);
}

TEST_CASE("bytes of a memory are added up, fractions rounded to the nearest", "[sim]") {
  Case at;
  at.add({Kind::Read, "dram", "bytes", -1, {}, 1}, 100);
  at.add({Kind::Read, "dram", "bytes", -1, {}, 3}, 50);  // 16 2/3
  at.add({Kind::Write, "dram", "bytes", -1, {}, 3}, 49); // 16 1/3
  at.add({Kind::Write, "buffer", "bytes", -1, {}, 1}, 7);
  const auto result = at.result();
  REQUIRE(result.levels.size() == 2);
  CHECK(result.levels[0].name == "dram");
  CHECK(result.levels[0].readBytes == 117);
  CHECK(result.levels[0].writeBytes == 16);
  CHECK(result.levels[1].name == "buffer");
  CHECK(result.levels[1].writeBytes == 7);
}

TEST_CASE("energy is the sum of actions times their energy, by component", "[sim]") {
  Case at;
  at.add({Kind::Action, "array", "macc", -1, 2.5, 1}, 10);
  at.add({Kind::Action, "dram", "read", -1, 100.0, 4}, 6);
  const auto result = at.result();
  CHECK(result.energy.by == std::map<std::string, double>{{"array", 25}, {"dram", 150}});
  CHECK(result.energy.total == 175.0);
  CHECK(result.energy.reason.empty());
}

TEST_CASE("an action without energy makes the total unknown, with the reason", "[sim]") {
  Case at;
  at.add({Kind::Action, "array", "macc", -1, 2.5, 1}, 10);
  at.add({Kind::Action, "buffer", "read", -1, {}, 1}, 3);
  at.add({Kind::Action, "buffer", "write", -1, {}, 1}, 1);
  const auto result = at.result();
  CHECK_FALSE(result.energy.total.has_value());
  CHECK(result.energy.reason == "no table covers read of buffer, write of buffer");
  CHECK(result.energy.by.at("array") == 25);
}

TEST_CASE("an action without energy that never happens is no matter", "[sim]") {
  Case at;
  at.add({Kind::Action, "buffer", "read", -1, {}, 1}, 0);
  CHECK(at.result().energy.total == 0.0);
}

TEST_CASE("the critical path is told largest share first", "[sim]") {
  const auto result = Case().result();
  REQUIRE(result.criticalPath.size() == 3);
  CHECK(result.criticalPath[0].einsum == "QK");
  CHECK(result.criticalPath[0].share == Approx(0.6));
  CHECK(result.criticalPath[1].einsum == "transfers");
  CHECK(result.criticalPath[2].einsum == "waiting");
  CHECK(result.criticalPath[2].share == Approx(0.1));
}

TEST_CASE("what was skipped is said", "[sim]") {
  Case at;
  CHECK(at.result().notes.empty());
  at.totals.skippedTicks = 150;
  at.totals.instances = 12;
  CHECK(at.result().notes ==
        std::vector<std::string>{"75.0000 % of the time was skipped exactly as repeated periods; "
                                 "12 task instances were simulated"});
}

TEST_CASE("a count that does not fit 64 bits is refused, the largest that fits is not", "[sim]") {
  constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
  Case fits;
  fits.add({Kind::Operation, "array", "macc", 0, {}, 1}, kLargest);
  CHECK(fits.result().einsums[0].ops.at("macc") == kLargest);
  Case large;
  large.add({Kind::Operation, "array", "macc", 0, {}, 1}, Wide{kLargest} + 1);
  const auto result = summarize(large.schedule, large.totals, core::Rational(1000));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().front().what ==
        "the number of 'macc' of array does not fit 64 bits: the workload is too large to be "
        "counted exactly");
}

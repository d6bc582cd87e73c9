#include "mapping_text.hpp"
#include "mappings/lower.hpp"
#include "sim/totals.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

const std::string kPublished = EINSIGHT_SOURCE_DIR "/validation/published/fusemax/";

sim::Schedule lowered(const std::string& mapping, const Setting& setting = {}) {
  auto schedule = lower(valid(verifiedOf(readingOf(mapping, setting))));
  if (!schedule) {
    FAIL(core::render(schedule.error()));
  }
  return std::move(*schedule);
}

/// Whole cycles of the bound.
std::int64_t boundCycles(const sim::Schedule& schedule) {
  const auto ticks = sim::analytic(schedule).ticks;
  CHECK(static_cast<std::int64_t>(ticks % schedule.ticksPerCycle) == 0);
  return static_cast<std::int64_t>(ticks / schedule.ticksPerCycle);
}

double simulatedCycles(const sim::Schedule& schedule) {
  const auto totals = sim::cycle(schedule);
  if (!totals) {
    FAIL(core::render(totals.error()));
  }
  return static_cast<double>(totals->ticks) / static_cast<double>(schedule.ticksPerCycle);
}

/// The total of a counter.
std::int64_t counted(const sim::Schedule& schedule, sim::Counter::Kind kind,
                     const std::string& component, const std::string& what, int einsum = -1) {
  const auto totals = sim::countAll(schedule);
  for (std::size_t i = 0; i < totals.size(); ++i) {
    const auto& counter = schedule.counters[i];
    if (counter.kind == kind && counter.component == component && counter.what == what &&
        counter.einsum == einsum) {
      return static_cast<std::int64_t>(totals[i]);
    }
  }
  return 0;
}

int numberOf(const sim::Schedule& schedule, const std::string& einsum) {
  const auto& names = schedule.einsums;
  return static_cast<int>(std::find(names.begin(), names.end(), einsum) - names.begin());
}

const sim::Task& taskOf(const sim::Section& section, const std::string& name, sim::Task::Kind kind,
                        bool timed = true) {
  for (const auto& task : section.tasks) {
    if (task.name == name && task.kind == kind && (task.resource >= 0) == timed) {
      return task;
    }
  }
  FAIL("no task " << name);
  return section.tasks.front();
}

/// Numbers that refer to what is there, and needs with one source per loop of their producer.
void checkReferences(const sim::Schedule& schedule) {
  for (const auto& section : schedule.sections) {
    const auto isLoop = [&](int loop) {
      return loop >= 0 && loop < static_cast<int>(section.loops.size());
    };
    for (const auto& task : section.tasks) {
      CHECK(std::all_of(task.loops.begin(), task.loops.end(), isLoop));
      CHECK(task.resource < static_cast<int>(schedule.resources.size()));
      CHECK((task.kind == sim::Task::Kind::Compute) == (task.einsum >= 0));
      for (const auto& edge : task.needs) {
        const auto& producer = section.tasks.at(static_cast<std::size_t>(edge.producer));
        CHECK(producer.resource >= 0); // what is only counted never ends
        REQUIRE(edge.sources.size() == producer.loops.size());
        for (const auto& source : edge.sources) {
          CHECK((source.at != sim::Edge::Source::At::Same ||
                 std::count(task.loops.begin(), task.loops.end(), source.loop) == 1));
        }
      }
    }
    for (const auto& stream : section.streams) {
      CHECK(stream.root < static_cast<int>(section.blocks.size()));
      CHECK(stream.resource < static_cast<int>(schedule.resources.size()));
    }
  }
}

} // namespace

// FuseMax (MICRO 2024), artifact, BERT at 1K: 64 * 12 * 4 * 4 tiles.
TEST_CASE("pipelined tiles take 154 cycles each, as the artifact evaluates them", "[mappings]") {
  CHECK(boundCycles(lowered("fusemax-binding")) == 1892352);
}

TEST_CASE("tiles one after another take 458 cycles each at every length", "[mappings]") {
  CHECK(boundCycles(lowered("fusemax-architecture")) == 5627904);
  for (const std::int64_t tiles : {1, 4, 16, 64, 256, 1024, 4096}) {
    INFO(tiles);
    const auto schedule = lowered("fusemax-architecture",
                                  {"attention-1pass", "fusemax", {{"L", tiles * 256}}, {}, {}});
    CHECK(boundCycles(schedule) == 64 * 12 * tiles * tiles * 458);
  }
}

TEST_CASE("softmax on the 1D array takes 1173 cycles a tile, as the artifact evaluates it",
          "[mappings]") {
  CHECK(boundCycles(lowered(
            kPublished + "mappings/cascade-as-published.yaml",
            {"attention-1pass", kPublished + "machines/cascade-as-published.yaml", {}, {}, {}})) ==
        14413824);
}

TEST_CASE("simulated, the pipeline fills and drains once per run", "[mappings]") {
  const double epoch = 154;
  const double load = 2 * 64 * 256 * 2 * 146875.0 / 67108864; // Q and BK of the first tile
  for (const std::int64_t heads : {1, 2, 12}) {
    const auto schedule = lowered("fusemax-binding",
                                  {"attention-1pass", "fusemax", {{"B", 1}, {"H", heads}}, {}, {}});
    const auto bound = static_cast<double>(boundCycles(schedule));
    CHECK(bound == static_cast<double>(heads) * 16 * epoch);
    const auto simulated = simulatedCycles(schedule);
    CHECK(simulated > bound + load);
    CHECK(simulated < bound + load + 4 * epoch + load);
  }
}

TEST_CASE("references of a lowered schedule are sound for every shipped mapping", "[mappings]") {
  checkReferences(lowered("fusemax-binding"));
  checkReferences(
      lowered("fusemax-architecture", {"attention-1pass-causal", "fusemax", {}, {}, {}}));
  checkReferences(
      lowered("fusemax-cascade", {"attention-1pass", "flat-deep-registers", {}, {}, {}}));
  for (const std::int64_t length : {1000, 1 << 12, 1 << 14, 1 << 16, 1 << 18}) {
    checkReferences(lowered("flat", {"attention-3pass", "flat", {{"L", length}}, {}, {}}));
    checkReferences(lowered("unfused", {"attention-3pass", "flat", {{"L", length}}, {}, {}}));
  }
  checkReferences(lowered("linear-layers", {"linear-layers", "fusemax", {}, {}, {}}));
}

TEST_CASE("resources are the units and the port of DRAM, whose turns are its interleave",
          "[mappings]") {
  const auto schedule = lowered("fusemax-binding");
  REQUIRE(schedule.resources.size() == 3);
  CHECK(schedule.resources[0].name == "array_2d");
  CHECK(schedule.resources[0].units == 65536);
  CHECK(schedule.resources[1].name == "array_1d");
  CHECK(schedule.resources[1].units == 256);
  CHECK(schedule.resources[2].name == "dram");
  CHECK(schedule.resources[2].port);
  // 128 KiB at 67108864/146875 bytes per cycle, rounded up to a tick
  const double turn = 131072 * 146875.0 / 67108864 * static_cast<double>(schedule.ticksPerCycle);
  CHECK(static_cast<double>(schedule.resources[2].quantum) >= turn);
  CHECK(static_cast<double>(schedule.resources[2].quantum) < turn + 1);
}

TEST_CASE("a transfer takes exactly its bytes over the bandwidth", "[mappings]") {
  for (const std::int64_t e : {64, 63, 7}) {
    const auto schedule =
        lowered("fusemax-binding",
                {"attention-1pass", "fusemax", {{"E", e}, {"F", e}, {"L", 1000}}, {}, {}});
    const auto& section = schedule.sections.front();
    const auto& load = taskOf(section, "Q", sim::Task::Kind::Load);
    for (const std::int64_t tile : {0, 3}) { // the last one has 232 queries
      sim::Digits digits(section.loops.size(), 0);
      for (const int loop : load.loops) {
        const auto at = static_cast<std::size_t>(loop);
        digits[at] = section.loops[at].variable == "p1" ? tile : 0;
      }
      const auto bytes = core::Rational(2 * e * (tile == 3 ? 232 : 256));
      const auto cycles = bytes / core::Rational(67108864, 146875);
      CHECK(core::Rational(sim::value(section, load.ticks, digits)) ==
            cycles * core::Rational(schedule.ticksPerCycle));
    }
  }
}

TEST_CASE("a short tile takes less time along temporal ranks only", "[mappings]") {
  const auto cycles = [](std::int64_t e, std::int64_t length) {
    return boundCycles(
        lowered("fusemax-binding", {"attention-1pass",
                                    "fusemax",
                                    {{"B", 1}, {"H", 1}, {"E", e}, {"F", e}, {"L", length}},
                                    {},
                                    {}}));
  };
  // 1D array beside BQK: RD, RNV and its share of AV; then RM; SLN and SLD; SLNV.
  CHECK(cycles(64, 512) == 4 * (1 + 64 + 64 / 2 + 1 + 8 + 64));
  CHECK(cycles(64, 257) == cycles(64, 512)); // lanes stay idle
  CHECK(cycles(32, 512) == 4 * (1 + 32 + 32 / 2 + 1 + 8 + 32));
}

TEST_CASE("every operation of the cascade is counted once", "[mappings]") {
  const auto schedule = lowered("fusemax-binding");
  const std::int64_t heads = 64 * 12;
  const std::int64_t scores = heads * 1024 * 1024;
  using Kind = sim::Counter::Kind;
  CHECK(counted(schedule, Kind::Operation, "array_2d", "macc", numberOf(schedule, "BQK")) ==
        64 * scores);
  CHECK(counted(schedule, Kind::Operation, "array_2d", "exp", numberOf(schedule, "SLN")) == scores);
  CHECK(counted(schedule, Kind::Operation, "array_1d", "max", numberOf(schedule, "RM")) ==
        heads * 4 * 1024);
  CHECK(counted(schedule, Kind::Operation, "array_1d", "div", numberOf(schedule, "AV")) ==
        heads * 1024 * 64);
  // An exponential is six actions of the multiplier; a product reduced over e is one each.
  CHECK(counted(schedule, Kind::Action, "array_2d", "macc") == 64 * scores * 2 + 6 * scores);
}

TEST_CASE("a duration that does not fit 64 bits in exact ticks is the user's to change",
          "[mappings]") {
  const auto lowerWith = [](std::int64_t e) {
    return lower(valid(verifiedOf(
        readingOf("fusemax-binding", {"attention-1pass",
                                      "array-family",
                                      {{"L", 8}, {"B", 1}, {"H", 1}, {"E", e}, {"F", 1}},
                                      {{"PE", 8}, {"E", std::int64_t{1} << 42}, {"clock_mhz", 941}},
                                      {{"p1", 1}}}))));
  };
  CHECK(lowerWith(1 << 20).has_value());
  const auto schedule = lowerWith((std::int64_t{1} << 42) - 1);
  REQUIRE_FALSE(schedule.has_value());
  CHECK(schedule.error().front().what ==
        "a duration of this run does not fit 64 bits in exact ticks");
  CHECK(schedule.error().front().help ==
        "use sizes with more common divisors, or a shorter workload");
}

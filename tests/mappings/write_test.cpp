#include "mapping_text.hpp"
#include "mappings/lower.hpp"
#include "mappings/write.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

/// Everything of a schedule that an engine looks at, as text.
class Dump {
public:
  std::string of(const sim::Schedule& schedule) {
    add("ticks", schedule.ticksPerCycle);
    for (const auto& counter : schedule.counters) {
      out_ += fmt::format("counter {} {} {} {}\n", static_cast<int>(counter.kind),
                          counter.component, counter.what, counter.parts);
    }
    for (const auto& section : schedule.sections) {
      this->section(section);
    }
    return std::move(out_);
  }

private:
  template <class... T>
  void add(const char* what, const T&... values) {
    out_ += what;
    ((out_ += fmt::format(" {}", values)), ...);
    out_ += "\n";
  }
  void terms(const std::vector<sim::LoopTerm>& list) {
    for (const auto& [loop, coefficient] : list) {
      add("  term", loop, coefficient);
    }
  }
  void amount(const sim::Amount& made) {
    add(" amount", made.scale, made.unit);
    for (const auto& [extent, divisor] : made.factors) {
      add("  factor", extent, divisor);
    }
  }
  void section(const sim::Section& section) {
    out_ += section.name + "\n";
    for (const auto& loop : section.loops) {
      add("loop", loop.variable, loop.trips);
    }
    for (const auto& extent : section.extents) {
      add("extent", extent.total, extent.tile);
      terms(extent.terms);
    }
    for (const auto& task : section.tasks) {
      this->task(task);
    }
    for (const auto& block : section.blocks) {
      add("block", block.loops.size(), block.lastStage);
      for (const auto& item : block.items) {
        add(" item", static_cast<int>(item.kind), item.index, item.stage, item.pins.size());
      }
    }
    for (const auto& barrier : section.barriers) {
      add("barrier", barrier.participants, barrier.latency);
    }
  }
  void task(const sim::Task& task) {
    add("task", task.name, static_cast<int>(task.kind), task.einsum, task.resource);
    for (const int loop : task.loops) {
      add(" loop", loop);
    }
    for (const auto& guard : task.guards) {
      add(" guard", guard.constant, guard.spans.size());
      terms(guard.terms);
    }
    amount(task.ticks);
    for (const auto& count : task.counts) {
      add(" count", count.counter);
      amount(count.amount);
    }
    for (const auto& edge : task.needs) {
      add(" edge", static_cast<int>(edge.kind), edge.producer, edge.lag, edge.latency);
      for (const auto& source : edge.sources) {
        add("  source", static_cast<int>(source.at), source.loop, source.shift);
      }
    }
  }

  std::string out_;
};

std::string dumpOf(core::Expected<Reading> reading) {
  const auto schedule = lower(valid(verifiedOf(std::move(reading))));
  if (!schedule) {
    FAIL(core::render(schedule.error()));
  }
  return Dump().of(*schedule);
}

/// What readingOfText() puts before a text, which write() has too.
std::string withoutVersion(std::string text) {
  const auto at = text.find("version: 1\n");
  return at == std::string::npos ? text : text.erase(at, 11);
}

} // namespace

TEST_CASE("a written mapping lowers to the same schedule when it is read again", "[write]") {
  struct Shipped {
    std::string mapping, workload, machine;
    std::vector<std::int64_t> lengths;
    std::int64_t e = 64;
  };
  const std::vector<std::int64_t> all{1024, 16384, 65536, 1 << 20};
  const std::vector<Shipped> cases{
      {"fusemax-binding", "attention-1pass", "fusemax", all},
      {"fusemax-architecture", "attention-1pass-causal", "fusemax", {1024, 5000}},
      {"fusemax-cascade", "attention-1pass", "flat-deep-registers", all},
      {"flat-one-pass", "attention-1pass", "flat", all},
      {"unfused", "attention-3pass", "flat", all},
      {"flat", "attention-3pass", "flat", all},
      {"flat", "attention-3pass", "flat", all, 128},
      {"fusemax-three-pass-deferred", "attention-3pass-deferred", "fusemax", all},
      {"fusemax-two-pass", "attention-2pass-deferred", "fusemax", all},
      {"encoder-fusemax", "encoder-layer-1pass", "fusemax", {1024}},
      {"linear-layers", "linear-layers", "fusemax", {1024}},
      {"matmul", "matmul", "fusemax", {}}};
  for (const auto& shipped : cases) {
    for (const auto length :
         shipped.lengths.empty() ? std::vector<std::int64_t>{0} : shipped.lengths) {
      Setting setting{shipped.workload, shipped.machine, {}, {}, {}};
      if (length > 0) {
        setting.workloadSettings = {{"L", length}, {"E", shipped.e}, {"F", shipped.e}};
      }
      const auto reading = valid(readingOf(shipped.mapping, setting));
      const auto text = write(reading.mapping);
      INFO(shipped.mapping << " at " << length << "\n" << text);
      const auto again = valid(readingOfText(withoutVersion(text), setting));
      CHECK(write(again.mapping) == text);
      CHECK(dumpOf(readingOfText(withoutVersion(text), setting)) ==
            dumpOf(readingOf(shipped.mapping, setting)));
    }
  }
}

TEST_CASE("a mapping is written as a person would write it", "[write]") {
  const auto reading = valid(readingOf("fusemax-three-pass-deferred",
                                       {"attention-3pass-deferred", "fusemax", {}, {}, {}}));
  CHECK(write(reading.mapping, {"found by hand", "in a test"}) == R"(# found by hand
# in a test
version: 1
mapping: fusemax-three-pass-deferred
kind: spatial
summary: "3-pass attention with deferred division, scores of a row of tiles on the chip"
source: "FuseMax (MICRO 2024) section IV, division deferral; the mapping is ours"
partition: {p: [p1, p0], m: [m1, m0]}
sizes: {m0: array_2d.rows, p0: array_2d.columns}
bind:
  QK:  {on: array_2d, columns: p0, rows: m0}
  GM:  {on: array_2d, columns: p0, rows: m0}
  SN:  {on: array_2d, columns: p0, rows: m0}
  SD:  {on: array_2d, columns: p0, rows: m0}
  SNV: {on: array_2d, columns: p0, rows: m0}
  AV:  {on: array_1d, lanes: p0}
sections:
  attention:
    loops: [b, h, p1]
    keep:
      global_buffer: {Q: p1, QK: p1, GM: p1, SNV: p1, SD: p1}
    do:
      - loops: [m1]
        do: [QK, GM]
      - loops: [m1]
        keep:
          registers_2d: {SN: m1}
        do: [SN, SD, SNV]
      - AV
)");
}

TEST_CASE("texts with signs that YAML reads in its own way are written in quotes", "[write]") {
  auto mapping = valid(readingOf("matmul", {"matmul", "fusemax", {}, {}, {}})).mapping;
  mapping.summary = "products: \"fast\" # and \\ small";
  mapping.name = "null";
  mapping.sizes["m0"].size = *core::Expression::parse("min(array_2d.rows, M)");
  const auto again =
      valid(readingOfText(withoutVersion(write(mapping)), {"matmul", "fusemax", {}, {}, {}}))
          .mapping;
  CHECK(again.summary == mapping.summary);
  CHECK(again.name == "null");
  CHECK(again.sizes.at("m0").size->text() == "min(array_2d.rows, M)");
}

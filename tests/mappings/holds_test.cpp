#include "mapping_text.hpp"
#include "mappings/lower.hpp"
#include "sim/cycle/held.hpp"
#include "tests/sim/held_recorder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;
using sim::test::HeldRecorder;
using Tiles = std::vector<std::int64_t>;

namespace {

Held heldOf(const std::string& mapping, const Setting& setting) {
  auto held = lowerWithHolds(valid(verifiedOf(readingOf(mapping, setting))));
  if (!held) {
    FAIL(core::render(held.error()));
  }
  return std::move(*held);
}

Setting attention(std::int64_t length, const std::string& workload = "attention-1pass") {
  return {workload, "fusemax", {{"B", 1}, {"H", 1}, {"E", 64}, {"F", 64}, {"L", length}}, {}, {}};
}

const sim::Hold& holdOf(const Held& held, const std::string& tensor, const std::string& memory) {
  for (const auto& hold : held.holdings.sections.front()) {
    const auto number = static_cast<std::size_t>(hold.memory);
    if (hold.tensor == tensor && held.holdings.memories[number].scopes.back() == memory) {
      return hold;
    }
  }
  FAIL("nothing is held of " << tensor);
  return held.holdings.sections.front().front();
}

/// Bytes of every tile, in order.
Tiles tilesOf(const Held& held, const std::string& tensor, const std::string& memory) {
  const auto& section = held.schedule.sections.front();
  const auto& hold = holdOf(held, tensor, memory);
  CHECK(hold.parts == 1);
  sim::Digits digits(section.loops.size(), 0);
  Tiles tiles;
  for (std::int64_t tile = 0; tile < sim::iterations(section, hold.loops); ++tile) {
    sim::decode(section, hold.loops, tile, digits);
    tiles.push_back(sim::value(section, hold.bytes, digits));
  }
  return tiles;
}

/// Names of tasks, each once, in alphabetic order.
std::vector<std::string> usersOf(const Held& held, const std::string& tensor,
                                 const std::string& memory) {
  std::vector<std::string> names;
  for (const auto& use : holdOf(held, tensor, memory).users) {
    const auto& task = held.schedule.sections.front().tasks[static_cast<std::size_t>(use.producer)];
    names.push_back((task.kind == sim::Task::Kind::Compute ? "" : "transfer of ") + task.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void run(const Held& held, HeldRecorder& recorder) {
  sim::CycleOptions options;
  options.waveform = &recorder;
  if (const auto totals = sim::cycle(held.schedule, options, held.holdings); !totals) {
    FAIL(core::render(totals.error()));
  }
}

} // namespace

TEST_CASE("tiles that are kept have the bytes that they have, a short last one fewer",
          "[mappings]") {
  // 600 = 256 + 256 + 88 queries and keys, 64 words of 2 bytes each
  const auto held = heldOf("fusemax-binding", attention(600));
  const Tiles rows{256 * 64 * 2, 256 * 64 * 2, 88 * 64 * 2};
  CHECK(tilesOf(held, "Q", "global_buffer") == rows);
  CHECK(tilesOf(held, "BK", "global_buffer") == rows);
  CHECK(tilesOf(held, "RM", "global_buffer") == Tiles{256 * 2, 256 * 2, 88 * 2});
  CHECK(tilesOf(held, "BQK", "registers_2d") == Tiles(3 * 3, 2));  // a word of each PE
  CHECK(tilesOf(held, "SLNV", "registers_1d") == Tiles(3 * 3, 2)); // one value of f at a time
}

TEST_CASE("a tile is kept for everyone who uses its place", "[mappings]") {
  const auto held = heldOf("fusemax-binding", attention(600));
  using Names = std::vector<std::string>;
  CHECK(usersOf(held, "BK", "global_buffer") == Names{"BQK", "transfer of BK"});
  CHECK(usersOf(held, "BQK", "registers_2d") == Names{"BQK", "LM", "SLN"});
  CHECK(held.holdings.memories.size() == 3); // all but DRAM
  CHECK(held.holdings.memories[0].capacity == 16 * 1024 * 1024);
  CHECK_FALSE(held.holdings.memories[0].perElement);
  CHECK(held.holdings.memories[1].perElement);
}

TEST_CASE("what lies in the place of another tensor is not counted twice", "[mappings]") {
  const auto held = heldOf("unfused", {"attention-3pass", "flat", {{"B", 1}, {"H", 1}}, {}, {}});
  for (const auto& section : held.holdings.sections) {
    for (const auto& hold : section) {
      CHECK((hold.tensor != "SN" || hold.memory != 0)); // in QK's place
    }
  }
}

TEST_CASE("one tile of everything is held as long as it takes", "[mappings]") {
  const auto held = heldOf("fusemax-architecture", attention(256));
  HeldRecorder recorder;
  run(held, recorder);
  constexpr double kTile = 256 * 64 * 2, kRow = 256 * 2;
  const auto& changes = recorder.held["global_buffer"];
  std::vector<double> bytes;
  for (const auto& [tick, value] : changes) {
    bytes.push_back(value);
  }
  // Q, BK and BV come one after the other, by 32 KiB each; the product frees Q and BK before the
  // sums are made.
  REQUIRE(bytes.size() > 4);
  CHECK(std::vector<double>(bytes.begin(), bytes.begin() + 3) ==
        std::vector<double>{kTile, 2 * kTile, 3 * kTile});
  CHECK(std::find(bytes.begin(), bytes.end(), kTile + kRow) != bytes.end()); // BV and RM
  CHECK(recorder.largest("global_buffer") == 3 * kTile);
  CHECK(bytes.back() == 0);
}

TEST_CASE("a masked tile is not held", "[mappings]") {
  const auto whole = heldOf("fusemax-binding", attention(2048));
  const auto causal = heldOf("fusemax-binding", attention(2048, "attention-1pass-causal"));
  HeldRecorder all, half;
  run(whole, all);
  run(causal, half);
  // Eight tiles of keys for eight of queries: 36 of 64 remain, each a word of a PE for as long.
  const auto came = [](const HeldRecorder& recorder) {
    return std::count_if(recorder.turns.begin(), recorder.turns.end(),
                         [](const HeldRecorder::Turn& turn) { return turn.task == "BQK"; });
  };
  CHECK(came(all) == 64);
  CHECK(came(half) == 36);
  CHECK(half.area("registers_2d") / all.area("registers_2d") == Approx(36.0 / 64).epsilon(0.15));
  CHECK(half.area("registers_2d") < all.area("registers_2d"));
}

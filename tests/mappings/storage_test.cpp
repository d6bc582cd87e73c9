#include "mapping_text.hpp"
#include "mappings/memory_use.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

const KeepPlan& keepOf(const SectionPlan& section, const std::string& memory,
                       const std::string& tensor) {
  for (const auto& keep : section.keeps) {
    if (keep.keep->memory == memory && keep.keep->tensor == tensor) {
      return keep;
    }
  }
  FAIL("no keep of " << tensor << " in " << memory);
  return section.keeps.front();
}

struct Case {
  VerifiedMapping mapping;
  const SectionPlan& section = mapping.plan().sections.at(0);

  Room room(const std::string& memory, const std::string& tensor) const {
    return mappings::room(mapping.plan(), section, keepOf(section, memory, tensor),
                          mapping.cascade());
  }
  std::int64_t used(const std::string& memory) const {
    return MemoryUse(mapping.plan(), mapping.cascade(), *mapping.machine().memory(memory)).bytes();
  }
  Room assigned(const std::string& memory, const std::string& tensor) const {
    const auto rooms = assignRoom(mapping.plan(), section, mapping.cascade(), mapping.machine());
    const auto* keep = &keepOf(section, memory, tensor);
    return rooms.at(static_cast<std::size_t>(keep - section.keeps.data()));
  }
};

/// Names of the loops by which a kept tile is divided.
std::string divisionsOf(const SectionPlan& section, const KeepPlan& keep) {
  std::string names;
  for (const int loop : divisions(section, keep)) {
    names += section.loops[static_cast<std::size_t>(loop)].name;
  }
  return names;
}

Case caseOf(const std::string& mapping, Setting setting = {}) {
  return {valid(verifiedOf(readingOf(mapping, setting)))};
}

} // namespace

// FuseMax (MICRO 2024), artifact: 2*PE*(E+F) bytes of keys and values, 2*(E+F+2) bytes per query.
// Of the running values the old one is still read while the new one is made: two tiles at least.
TEST_CASE("the buffer holds a row of keys and values, and four tensors of every query in it",
          "[mappings]") {
  for (const std::int64_t f : {64, 32}) {
    for (const std::int64_t tiles : {1, 3, 4}) {
      const auto at =
          caseOf("fusemax-binding",
                 {"attention-1pass", "fusemax", {{"E", 64}, {"F", f}}, {}, {{"p1", tiles}}});
      CHECK(at.used("global_buffer") ==
            2 * 256 * (64 + f) +
                256 * 2 * (tiles * 64 + std::max<std::int64_t>(2, tiles) * (f + 2)));
    }
  }
}

TEST_CASE("a kept tile is filled and freed in the sub-tiles of the loops inside it", "[mappings]") {
  const auto at = caseOf("fusemax-binding");
  CHECK(at.room("global_buffer", "Q").subTiles == 4);
  CHECK(at.room("global_buffer", "Q").subTileBytes == 64 * 256 * 2);
  CHECK(at.room("global_buffer", "Q").slots == 4);
  CHECK(at.room("global_buffer", "BK").subTiles == 1);
  CHECK(at.room("global_buffer", "BK").subTileBytes == 64 * 256 * 2);
  CHECK(divisionsOf(at.section, keepOf(at.section, "global_buffer", "Q")) == "p1");
  CHECK(divisionsOf(at.section, keepOf(at.section, "global_buffer", "BK")).empty());
}

TEST_CASE("a PE holds one word of a tile that is spread over the PEs, for each tile in flight",
          "[mappings]") {
  const auto at = caseOf("fusemax-binding");
  const auto scores = at.room("registers_2d", "BQK");
  CHECK(scores.subTileBytes == 2);
  CHECK(scores.lag == 1);
  CHECK(scores.slots == 2);
  const auto exponentials = at.room("registers_2d", "SLN");
  CHECK(exponentials.lag == 0);
  CHECK(exponentials.slots == 1);
  CHECK(at.used("registers_2d") == 3 * 2);
  CHECK(at.room("registers_1d", "SLNV").subTileBytes == 2); // one value of f at a time
  CHECK(at.room("registers_1d", "SLD").lag == 2);
}

TEST_CASE("a tensor in the place of another takes no room of its own", "[mappings]") {
  const auto at = caseOf("flat", {"attention-3pass", "flat", {}, {}, {}});
  const auto scores = at.room("global_buffer", "QK");
  CHECK(scores.counted);
  CHECK(scores.subTileBytes == 1024 * 256 * 2);
  CHECK(scores.slots == 3); // QK of a row, softmax of the one before, AV of the one before that
  CHECK_FALSE(at.room("global_buffer", "SN").counted);
  CHECK_FALSE(at.room("global_buffer", "A").counted);
  CHECK(at.used("global_buffer") == 3 * 1024 * 256 * 2 + 256 * 2 + 256 * 2);
  CHECK(sharesPlace(at.section, keepOf(at.section, "global_buffer", "QK"), "SN"));
  CHECK_FALSE(sharesPlace(at.section, keepOf(at.section, "global_buffer", "QK"), "GM"));
}

TEST_CASE("what is spilled takes no room", "[mappings]") {
  const auto at = caseOf("flat", {"attention-3pass", "flat", {{"L", 1 << 16}}, {}, {}});
  const auto scores = at.room("global_buffer", "QK");
  CHECK(scores.subTileBytes == (std::int64_t{1 << 16} * 256 * 2 * 128 + 128) / 129);
  CHECK(scores.slots == 1);
  CHECK(at.used("global_buffer") < 32 << 20);
}

TEST_CASE("more tiles are held where there is room for them, never of what is made in place",
          "[mappings]") {
  const auto roomy = caseOf("fusemax-binding");
  CHECK(roomy.assigned("global_buffer", "BK").slots >= 2);
  CHECK(roomy.assigned("global_buffer", "Q").slots == 8);
  CHECK(roomy.assigned("global_buffer", "RNV").slots == 4);
  const auto full = caseOf("fusemax-binding",
                           {"attention-1pass", "fusemax", {{"L", 1 << 18}}, {}, {{"p1", 251}}});
  CHECK(full.used("global_buffer") == 2 * 256 * 128 + 251 * 256 * 2 * 130);
  // 5120 bytes are left: for one piece more of the keys (4 KiB), no second tile of anything
  const auto keys = full.assigned("global_buffer", "BK");
  CHECK(keys.pieces == 8);
  CHECK(keys.slots == 8 + 1);
  CHECK(full.assigned("global_buffer", "BV").pieces == 1);
  CHECK(full.assigned("global_buffer", "BV").slots == 1);
  CHECK(full.assigned("global_buffer", "Q").slots == 251);
}

TEST_CASE("what a memory is given to hold never exceeds its capacity", "[mappings]") {
  const auto held = [](const Case& at, const std::string& memory) {
    const auto rooms =
        assignRoom(at.mapping.plan(), at.section, at.mapping.cascade(), at.mapping.machine());
    std::int64_t bytes = 0;
    for (std::size_t k = 0; k < rooms.size(); ++k) {
      if (at.section.keeps[k].keep->memory == memory && rooms[k].counted) {
        const auto piece = (rooms[k].subTileBytes + rooms[k].pieces - 1) / rooms[k].pieces;
        bytes += rooms[k].slots * piece;
      }
    }
    return bytes;
  };
  const auto capacity = [](const Case& at) {
    return *at.mapping.machine().memory("global_buffer")->capacity;
  };
  for (const std::int64_t length : {100, 1000, 1024, 100000, 1 << 18}) {
    INFO(length);
    const auto fused =
        caseOf("fusemax-binding", {"attention-1pass", "fusemax", {{"L", length}}, {}, {}});
    CHECK(held(fused, "global_buffer") <= capacity(fused));
    CHECK(held(fused, "global_buffer") >= fused.used("global_buffer"));
  }
  for (const std::int64_t length : {100, 1000, 1024, 1 << 16, 1 << 18}) {
    INFO(length);
    const auto flat = caseOf("flat", {"attention-3pass", "flat", {{"L", length}}, {}, {}});
    CHECK(held(flat, "global_buffer") <= capacity(flat));
  }
}

TEST_CASE("registers get from the buffer what another unit put there", "[mappings]") {
  const auto at = caseOf("fusemax-cascade", {"attention-1pass", "flat-deep-registers", {}, {}, {}});
  CHECK(fetchedFromBuffer(at.section, keepOf(at.section, "registers_1d", "BQK")));
  CHECK_FALSE(fetchedFromBuffer(at.section, keepOf(at.section, "registers_1d", "LM")));
  CHECK_FALSE(fetchedFromBuffer(at.section, keepOf(at.section, "global_buffer", "BQK")));
  CHECK(at.room("registers_1d", "BQK").subTileBytes == 256 * 2); // a column of the tile
  CHECK(at.room("registers_1d", "SLN").subTileBytes == 2);
}

TEST_CASE("a box is the span of its indices while outer loops stand still", "[mappings]") {
  const auto at = caseOf("fusemax-binding", {"attention-1pass", "fusemax", {{"L", 1000}}, {}, {}});
  const auto elements = [&](const std::string& einsum, const std::string& tensor,
                            const std::vector<std::string>& fixed) {
    std::vector<int> loops;
    for (std::size_t i = 0; i < at.section.loops.size(); ++i) {
      if (std::find(fixed.begin(), fixed.end(), at.section.loops[i].name) != fixed.end()) {
        loops.push_back(static_cast<int>(i));
      }
    }
    const auto found = accesses(*at.mapping.cascade().einsum(einsum), tensor);
    return boxElements(at.mapping.plan(), at.section, at.mapping.cascade(), *found.at(0), loops,
                       {});
  };
  CHECK(elements("BQK", "Q", {}) == 64 * 12 * 64 * 1000);
  CHECK(elements("BQK", "Q", {"b", "h"}) == 64 * 1000);
  CHECK(elements("BQK", "Q", {"b", "h", "p2", "p1"}) == 64 * 256);
  CHECK(elements("BQK", "BK", {"b", "h", "m1"}) == 64 * 256);
  CHECK(elements("BK", "K", {"b", "h"}) == 64 * 1000);      // not 4 * 256
  CHECK(elements("BK", "K", {"b", "h", "m1"}) == 64 * 256); // a compound index: m1*M0+m0
  CHECK(elements("RNV", "SPNV", {"b", "h", "p2", "p1"}) == 4 * 64 * 256);
  CHECK(elements("SPNV", "RNV", {"b", "h", "p2", "p1"}) == 64 * 256); // iterative: one value
}

#include "mapping_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

constexpr std::int64_t kLengths[] = {1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20};

Setting lengths(std::int64_t length, std::int64_t e, const std::string& machine = "fusemax") {
  return {"attention-1pass", machine, {{"L", length}, {"E", e}, {"F", e}}, {}, {}};
}

const LeafPlan& leafOf(const SectionPlan& section, const std::string& einsum) {
  const auto* leaf = section.producer(einsum);
  REQUIRE(leaf != nullptr);
  return *leaf;
}

std::vector<std::string> namesOf(const SectionPlan& section, const std::vector<int>& loops) {
  std::vector<std::string> names;
  for (const int loop : loops) {
    names.push_back(section.loops[static_cast<std::size_t>(loop)].name);
  }
  return names;
}

const std::string kPublished = EINSIGHT_SOURCE_DIR "/validation/published/fusemax/";

} // namespace

// FuseMax (MICRO 2024), artifact: P1 is the largest divisor of L/256 for which Q, the running
// values and a row of key and value tiles fit the buffer.
TEST_CASE("the buffer holds as many query tiles as FuseMax's capacity rule says", "[mappings]") {
  const std::vector<std::int64_t> narrow{4, 16, 64, 128, 128, 128};
  const std::vector<std::int64_t> wide{4, 16, 64, 64, 64, 64};
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    INFO(kLengths[i]);
    for (const auto* name : {"fusemax-binding", "fusemax-architecture"}) {
      const auto small = valid(verifiedOf(readingOf(name, lengths(kLengths[i], 64))));
      CHECK(partOf(small, "p1").trips == narrow[i]);
      CHECK(partOf(small, "p2").trips == kLengths[i] / 256 / narrow[i]);
      const auto large = valid(verifiedOf(readingOf(name, lengths(kLengths[i], 128))));
      CHECK(partOf(large, "p1").trips == wide[i]);
      CHECK(partOf(large, "p2").trips == kLengths[i] / 256 / wide[i]);
    }
  }
}

TEST_CASE("with the scores in the buffer fewer query tiles fit, as in the artifact", "[mappings]") {
  const std::vector<std::int64_t> expected{4, 16, 32, 32, 32, 32};
  const auto machine = kPublished + "machines/cascade-as-published.yaml";
  const auto mapping = kPublished + "mappings/cascade-as-published.yaml";
  for (std::size_t i = 0; i < expected.size(); ++i) {
    for (const std::int64_t e : {64, 128}) {
      INFO(kLengths[i] << " " << e);
      const auto plan = valid(verifiedOf(readingOf(mapping, lengths(kLengths[i], e, machine))));
      CHECK(partOf(plan, "p1").trips == expected[i]);
    }
  }
}

TEST_CASE("one more query tile than the rule allows does not fit", "[mappings]") {
  auto setting = lengths(1 << 18, 64);
  for (const std::int64_t tiles : {252, 253}) { // (16 MiB - 64 KiB) / (256 * 2 * 130 B) = 251.05
    setting.mappingSettings["p1"] = tiles - 1;
    const auto fits = verifiedOf(readingOf("fusemax-binding", setting));
    CHECK(fits.has_value() == (tiles == 252));
  }
}

TEST_CASE("parts are counted from the inside, and the outermost covers a short rest",
          "[mappings]") {
  const auto plan = valid(verifiedOf(readingOf(
      "fusemax-binding", {"attention-1pass", "fusemax", {{"L", 3000}}, {}, {{"p1", 5}}})));
  const auto outer = partOf(plan, "p2");
  const auto middle = partOf(plan, "p1");
  const auto inner = partOf(plan, "p0");
  CHECK(inner.trips == 256);
  CHECK(inner.stride == 1);
  CHECK(middle.trips == 5);
  CHECK(middle.stride == 256);
  CHECK(outer.trips == 3); // 12 tiles in groups of 5
  CHECK(outer.stride == 5 * 256);
  CHECK(partOf(plan, "e").trips == 64);
  CHECK(partOf(plan, "e").stride == 1);
  CHECK(partOf(plan, "m1").trips == 12);
}

TEST_CASE("a size that must divide makes equal groups, one that need not fills the memory",
          "[mappings]") {
  const Setting setting{"attention-1pass", "fusemax", {{"L", 256 * 251 * 2 - 256}}, {}, {}};
  const auto dividing = valid(verifiedOf(readingOf("fusemax-binding", setting)));
  CHECK(partOf(dividing, "p1").trips == 167); // 501 tiles = 3 * 167
  CHECK(partOf(dividing, "p2").trips == 3);
  const auto filling =
      valid(verifiedOf(readingOfText("extends: fusemax-binding\nmapping: filling\n"
                                     "sizes: {p1: {fit: global_buffer, divides: false}}\n",
                                     setting)));
  CHECK(partOf(filling, "p1").trips == 251);
  CHECK(partOf(filling, "p2").trips == 2);
}

TEST_CASE("an Einsum without a loop around it runs at the last trip when it needs what is made "
          "there, else at the first",
          "[mappings]") {
  const auto plan = valid(verifiedOf(readingOf("fusemax-binding")));
  const auto& section = plan.plan().sections.at(0);
  const auto& av = leafOf(section, "AV");
  CHECK(namesOf(section, av.path) == std::vector<std::string>{"b", "h", "p2", "m1", "p1"});
  CHECK(namesOf(section, av.loops) == std::vector<std::string>{"b", "h", "p2", "p1"});
  REQUIRE(av.pins.size() == 1);
  CHECK(namesOf(section, {av.pins[0].first}) == std::vector<std::string>{"m1"});
  CHECK(av.pins[0].second);
  CHECK(leafOf(section, "RNV").pins.empty());
  CHECK(leafOf(section, "RNV").stage == 3);
  CHECK(leafOf(section, "RNV").phase == 0);
  CHECK(leafOf(section, "SPNV").phase == 3);

  const auto early =
      valid(verifiedOf(readingOfText("mapping: early\n"
                                     "bind:\n"
                                     "  QK: {on: array_2d}\n"
                                     "  GM: {on: array_1d}\n"
                                     "  SN: {on: array_1d}\n"
                                     "  SD: {on: array_1d}\n"
                                     "  A: {on: array_1d}\n"
                                     "  AV: {on: array_2d}\n"
                                     "sections:\n"
                                     "  all: {loops: [b, h, p, f], do: [QK, GM, SN, SD, A, AV]}\n",
                                     {"attention-3pass", "flat", {}, {}, {}})));
  const auto& nest = early.plan().sections.at(0);
  REQUIRE(leafOf(nest, "QK").pins.size() == 1);
  CHECK(namesOf(nest, {leafOf(nest, "QK").pins[0].first}) == std::vector<std::string>{"f"});
  CHECK_FALSE(leafOf(nest, "QK").pins[0].second);
  CHECK(leafOf(nest, "AV").pins.empty());
}

TEST_CASE("a nest inside a nest has the outer loops around its own", "[mappings]") {
  const auto plan = valid(verifiedOf(readingOf("flat", {"attention-3pass", "flat", {}, {}, {}})));
  const auto& section = plan.plan().sections.at(0);
  REQUIRE(section.nodes.size() == 2);
  CHECK(section.nodes[0].parent == -1);
  CHECK(section.nodes[1].parent == 0);
  CHECK(namesOf(section, section.nodes[1].path) == std::vector<std::string>{"b", "h", "p1", "m1"});
  CHECK(section.nodes[0].phases.at(0).size() == 6);
  CHECK(section.nodes[0].phases.at(0).at(0) == -1 - 1);
  CHECK(section.inside(1, 0));
  CHECK_FALSE(section.inside(0, 1));
}

TEST_CASE("reads and accesses of an Einsum name each tensor once and each access", "[mappings]") {
  const auto reading = valid(readingOf("fusemax-binding"));
  const auto* prm = reading.cascade.einsum("PRM");
  REQUIRE(prm != nullptr);
  CHECK(reads(*prm) == std::vector<std::string>{"RM"});
  CHECK(accesses(*prm, "RM").size() == 2);
  CHECK(accesses(*prm, "RD").empty());
  CHECK(accesses(*prm, "").size() == 2);
}

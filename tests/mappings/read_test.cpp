#include "mapping_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

const Keep* keepOf(const Nest& nest, const std::string& memory, const std::string& tensor) {
  for (const auto& keep : nest.keeps) {
    if (keep.memory == memory && keep.tensor == tensor) {
      return &keep;
    }
  }
  return nullptr;
}

Setting flat(std::int64_t length, std::int64_t e = 64) {
  return {"attention-3pass", "flat", {{"L", length}, {"E", e}, {"F", e}}, {}, {}};
}

} // namespace

TEST_CASE("a mapping file says where each Einsum runs, what is kept, and in which order",
          "[mappings]") {
  const auto mapping = valid(readingOf("fusemax-binding")).mapping;
  CHECK(mapping.name == "fusemax-binding");
  CHECK(mapping.machineKind == "spatial");
  CHECK_FALSE(mapping.summary.empty());
  CHECK_FALSE(mapping.source.empty());
  CHECK(mapping.bindings.size() == 12);
  const auto* lm = mapping.binding("LM");
  REQUIRE(lm != nullptr);
  CHECK(lm->unit == "array_2d");
  CHECK(lm->spatial ==
        std::map<std::string, std::vector<std::string>>{{"rows", {"m0"}}, {"columns", {"p0"}}});
  CHECK(mapping.binding("BK") == nullptr);
  REQUIRE(mapping.sections.size() == 1);
  const auto& nest = mapping.sections.front().nest;
  CHECK(mapping.sections.front().name == "attention");
  CHECK(nest.loops == std::vector<std::string>{"b", "h", "p2", "m1", "p1"});
  CHECK(nest.synchronised);
  CHECK(nest.skipMasked);
  REQUIRE(nest.phases.size() == 4);
  REQUIRE(nest.phases[0].lines.size() == 5);
  CHECK(nest.phases[0].lines[0].einsum == "BQK");
  CHECK(nest.phases[0].lines[0].stage == 0);
  CHECK(nest.phases[0].lines[3].einsum == "RNV");
  CHECK(nest.phases[0].lines[3].stage == 3);
  REQUIRE(keepOf(nest, "registers_1d", "SLNV") != nullptr);
  CHECK(keepOf(nest, "registers_1d", "SLNV")->per == "p1");
  CHECK(keepOf(nest, "registers_1d", "SLNV")->streamed == std::vector<std::string>{"f"});
  CHECK(keepOf(nest, "global_buffer", "RM")->per == "p2");
}

TEST_CASE("a mapping that extends another replaces lists, merges maps, and takes out with null",
          "[mappings]") {
  const auto mapping =
      valid(readingOfText("extends: fusemax-binding\n"
                          "mapping: mine\n"
                          "bind: {LM: {rows: ~, lanes: p0, on: array_1d, columns: ~}}\n"
                          "sections: {attention: {keep: {global_buffer: {RM: ~, RD: m1}},\n"
                          "                       loops: [b, h, p2, p1, m1]}}\n"))
          .mapping;
  CHECK(mapping.name == "mine");
  CHECK(mapping.binding("LM")->unit == "array_1d");
  CHECK(mapping.binding("LM")->spatial ==
        std::map<std::string, std::vector<std::string>>{{"lanes", {"p0"}}});
  CHECK(mapping.binding("SLN")->unit == "array_2d");
  const auto& nest = mapping.sections.front().nest;
  CHECK(keepOf(nest, "global_buffer", "RM") == nullptr);
  CHECK(keepOf(nest, "global_buffer", "RD")->per == "m1");
  CHECK(keepOf(nest, "global_buffer", "Q")->per == "p2");
  CHECK(nest.loops.back() == "m1");
  CHECK(nest.phases.size() == 4);
}

TEST_CASE("phases may wait after their barrier, and nests stand among Einsums", "[mappings]") {
  const auto waiting = valid(readingOf("fusemax-architecture")).mapping.sections.front().nest;
  REQUIRE(waiting.phases.size() == 4);
  REQUIRE(waiting.phases[0].wait.has_value());
  CHECK_FALSE(waiting.phases[1].wait.has_value());
  CHECK(waiting.phases[3].lines.size() == 3);
  const auto nested = valid(readingOf("flat", flat(1024))).mapping.sections.front().nest;
  CHECK_FALSE(nested.synchronised);
  REQUIRE(nested.phases.size() == 1);
  const auto& lines = nested.phases.front().lines;
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].einsum.empty());
  REQUIRE(lines[0].nest.size() == 1);
  CHECK(lines[0].nest.front().loops == std::vector<std::string>{"m1"});
  CHECK(lines[5].einsum == "AV");
  CHECK(lines[5].stage == 2);
}

TEST_CASE("the first case that holds is laid over the file, both sides of each limit",
          "[mappings]") {
  const std::string text = "extends: fusemax-binding\n"
                           "mapping: cases\n"
                           "sizes: {p1: 1}\n"
                           "cases:\n"
                           "  long: {when: L >= 4K, sizes: {p1: 2}}\n"
                           "  wide: {when: L >= 1K and E > 64, sizes: {p1: 3}}\n"
                           "  rest:\n"
                           "    when: L >= 1K and array_2d.rows == 256\n"
                           "    sizes: {p1: 4}\n"
                           "    sections: {attention: {keep: {global_buffer: {BV: ~}}}}\n";
  const auto mapping = [&](std::int64_t length, std::int64_t e) {
    return valid(readingOfText(text,
                               {"attention-1pass", "fusemax", {{"L", length}, {"E", e}}, {}, {}}))
        .mapping;
  };
  const auto size = [&](std::int64_t length, std::int64_t e) {
    return mapping(length, e).sizes.at("p1").size->evaluate(
        [](std::string_view) { return std::nullopt; });
  };
  CHECK(size(1023, 65) == core::Rational(1)); // as the file says
  CHECK(size(1024, 65) == core::Rational(3));
  CHECK(size(1024, 64) == core::Rational(4));
  CHECK(size(4095, 64) == core::Rational(4));
  CHECK(size(4096, 64) == core::Rational(2));
  CHECK(size(4096, 65) == core::Rational(2));
  CHECK(keepOf(mapping(1024, 64).sections[0].nest, "global_buffer", "BV") == nullptr);
  CHECK(keepOf(mapping(1023, 64).sections[0].nest, "global_buffer", "BV") != nullptr);
}

TEST_CASE("settings replace sizes of parts, given or fitted", "[mappings]") {
  const auto reading = valid(readingOf(
      "fusemax-binding", {"attention-1pass", "fusemax", {}, {}, {{"p1", 2}, {"p0", 128}}}));
  for (const auto& [part, trips] : {std::pair{"p1", 2}, std::pair{"p0", 128}}) {
    const auto& size = reading.mapping.sizes.at(part);
    CHECK_FALSE(size.fit.has_value());
    REQUIRE(size.size.has_value());
    CHECK(size.size->evaluate([](std::string_view) { return std::nullopt; }) ==
          core::Rational(trips));
  }
}

TEST_CASE("a mapping sets tile sizes of the workload, and users of it set them above that",
          "[mappings]") {
  const Setting rectangular{
      "attention-1pass", "array-family", {{"L", 100}}, {{"rows", 8}, {"columns", 16}}, {}};
  const auto reading = valid(readingOf("fusemax-binding", rectangular));
  CHECK(reading.cascade.size("m0") == 8);
  CHECK(reading.cascade.size("m1") == 13);
  auto asked = rectangular;
  asked.workloadSettings["M0"] = 4;
  CHECK(valid(readingOf("fusemax-binding", asked)).cascade.size("m0") == 4);
}

TEST_CASE("a parameter that the cascade does not have is not set", "[mappings]") {
  const std::string text = "extends: unfused\nmapping: with-m0\nparameters: {M0: 7/0}\n";
  const Setting setting{"attention-3pass", "flat", {}, {}, {}};
  CHECK(messages(readingOfText(text, setting)) == "no problem");
  const Setting partitioned{"attention-1pass", "flat", {}, {}, {}};
  CHECK(messages(readingOfText(text, partitioned)).find("parameters.M0: division by zero") !=
        std::string::npos);
}

TEST_CASE("expressions of a mapping know sizes of the workload and values of the machine",
          "[mappings]") {
  const auto reading = valid(readingOf("fusemax-binding"));
  const auto lookup = names(reading.cascade, reading.machine);
  CHECK(lookup("L") == core::Rational(1024));
  CHECK(lookup("e") == core::Rational(64));
  CHECK(lookup("array_2d.rows") == core::Rational(256));
  CHECK(lookup("global_buffer.capacity") == core::Rational(16 << 20));
  CHECK_FALSE(lookup("nothing").has_value());
}

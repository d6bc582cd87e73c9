#include "mapping_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::test;

namespace {

/// fusemax-binding with its four phases replaced.
std::string phases(const std::string& a, const std::string& b, const std::string& c,
                   const std::string& d, const std::string& more = "") {
  return "extends: fusemax-binding\nmapping: mine\nsections:\n  attention:\n" + more +
         "    phases: [[" + a + "], [" + b + "], [" + c + "], [" + d + "]]\n";
}

std::string answer(const std::string& text, const Setting& setting = {}) {
  return messages(verifiedOf(readingOfText(text, setting)));
}

const std::string kRegisters = "    keep: {registers_1d: ~}\n";

} // namespace

// One limit, both sides of it: a stage or a place earlier is refused, at the limit it is legal.

TEST_CASE("an Einsum may stand in the phase after its input's, not in one before", "[mappings]") {
  CHECK(answer(phases("BQK, LM", "RM", "SLN, SLD, PRM, SPD", "SLNV, SPNV, RD, RNV, AV")) ==
        "no problem");
  CHECK(answer(phases("RM", "BQK, LM", "SLN, SLD, PRM, SPD", "SLNV, SPNV, RD, RNV, AV"))
            .find("Einsum 'RM' needs 'LM' before it is made") != std::string::npos);
  CHECK(answer(phases("RM@1", "BQK, LM", "SLN@1, SLD@1, PRM@1, SPD@1",
                      "SLNV@1, SPNV@1, RD@1, RNV@1, AV@1")) == "no problem");
}

TEST_CASE("on one unit an input must stand in an earlier line", "[mappings]") {
  CHECK(answer(phases("LM, BQK", "RM", "SLN, SLD, PRM, SPD", "SLNV, SPNV, RD, RNV, AV"))
            .find("Einsum 'LM' needs 'BQK' before it is made") != std::string::npos);
  CHECK(answer(phases("BQK, LM", "RM", "SLN, SLD, SPD, PRM", "SLNV, SPNV, RD, RNV, AV"))
            .find("Einsum 'SPD' needs 'PRM' before it is made") != std::string::npos);
}

TEST_CASE("a value of the iteration before may be made later in the same epoch", "[mappings]") {
  // PRM reads RM of the iteration before: as many epochs back as there are query tiles.
  const auto text = phases("BQK, LM", "RM", "SLN, SLD, PRM, SPD", "SLNV, SPNV, RNV, AV, RD@4");
  const auto one = answer(text, {"attention-1pass", "fusemax", {{"L", 1024}}, {}, {}});
  CHECK(one.find("Einsum 'SPD' needs 'RD' before it is made") != std::string::npos);
  const auto early = phases("BQK, LM", "RM", "SLN, SLD, PRM, SPD", "SLNV, SPNV, RD@3, RNV, AV@3",
                            "    keep: {registers_1d: {SPD: ~, SLD: ~}}\n");
  CHECK(answer(early, {"attention-1pass", "fusemax", {{"L", 1024}}, {}, {}}) == "no problem");
}

TEST_CASE("another section's tensor must come from an earlier section", "[mappings]") {
  const std::string bind = "bind:\n"
                           "  QK: {on: array_2d, rows: e}\n"
                           "  GM: {on: array_1d}\n"
                           "  SN: {on: array_1d}\n"
                           "  SD: {on: array_1d}\n"
                           "  A: {on: array_1d}\n"
                           "  AV: {on: array_2d}\n";
  const Setting setting{"attention-3pass", "flat", {}, {}, {}};
  const std::string scores = "  scores: {loops: [b, h], do: [QK]}\n";
  const std::string rest = "  rest: {loops: [b, h], do: [GM, SN, SD, A, AV]}\n";
  const auto head = "mapping: mine\n" + bind + "sections:\n";
  CHECK(answer(head + scores + rest, setting) == "no problem");
  CHECK(answer(head + rest + scores, setting).find("Einsum 'GM' reads 'QK', which is made later") !=
        std::string::npos);
}

TEST_CASE("a sum over a loop is whole after the loop, not inside it", "[mappings]") {
  const std::string bind = "partition: {m: [m1, m0]}\n"
                           "sizes: {m0: 256}\n"
                           "bind:\n"
                           "  QK: {on: array_2d, rows: m0}\n"
                           "  GM: {on: array_1d}\n"
                           "  SN: {on: array_1d}\n"
                           "  SD: {on: array_1d}\n"
                           "  A: {on: array_1d}\n"
                           "  AV: {on: array_2d}\n"
                           "sections:\n";
  const Setting setting{"attention-3pass", "flat", {}, {}, {}};
  CHECK(answer("mapping: mine\n" + bind +
                   "  all: {loops: [b, h], do: [{loops: [m1], do: [QK, GM]}, SN, SD, A, AV]}\n",
               setting) == "no problem");
  CHECK(answer("mapping: mine\n" + bind +
                   "  all: {loops: [b, h], do: [{loops: [m1], do: [QK, GM, SN]}, SD, A, AV]}\n",
               setting)
            .find("Einsum 'SN' needs all of 'GM' over loop 'm1', which both run inside") !=
        std::string::npos);
}

TEST_CASE("registers hold to the last word what is kept in them", "[mappings]") {
  // 16 words: the tile's scores and its exponentials, one more of the scores for each stage.
  const auto late = [](int stage) {
    const auto at = std::to_string(stage);
    return phases("BQK, LM", "RM@" + at,
                  "SLN@" + at + ", SLD@" + at + ", PRM@" + at + ", SPD@" + at,
                  "SLNV@" + at + ", SPNV@" + at + ", RD@" + at + ", RNV@" + at + ", AV@" + at);
  };
  CHECK(answer(late(14)) == "no problem"); // 15 scores and one exponential
  CHECK(answer(late(15)) ==
        "fusemax-binding.yaml: error: sections.attention.keep.registers_2d.BQK: the kept "
        "tiles need 34 bytes of 'registers_2d' in every PE, which holds 32: BQK 32, SLN 2\n"
        "  help: keep less, for a loop further inside, or choose smaller sizes\n");
}

TEST_CASE("sums travel along the axes of a machine that reduce, and only there", "[mappings]") {
  const std::string text = "extends: fusemax-cascade\nmapping: mine\n"
                           "bind: {SLNV: {rows: p0, columns: m0}}\n";
  CHECK(answer(text, {"attention-1pass", "flat-deep-registers", {}, {}, {}}) == "no problem");
  CHECK(answer("extends: fusemax-binding\nmapping: mine\n"
               "bind: {SLNV: {rows: p0, columns: m0}}\n")
            .find("'SLNV' reduces over 'm0' along 'columns', whose neighbours cannot") !=
        std::string::npos);
}

TEST_CASE("a verified mapping has all it was made from", "[mappings]") {
  const auto mapping = valid(verifiedOf(readingOf("fusemax-binding")));
  CHECK(mapping.mapping().name == "fusemax-binding");
  CHECK(mapping.cascade().name() == "attention-1pass");
  CHECK(mapping.machine().name() == "fusemax");
  REQUIRE(mapping.plan().sections.size() == 1);
  CHECK(mapping.plan().sections[0].leaves.at(0).einsum == mapping.cascade().einsum("BQK"));
  CHECK(mapping.plan().sections[0].leaves.at(0).unit == mapping.machine().unit("array_2d"));
}

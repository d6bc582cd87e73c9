#include "mapping_text.hpp"

#include "mappings/mapper/sized.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::test;

namespace {

/// fusemax-binding with other lines, without barriers; `more` are other keys of the nest.
std::string lines(const std::string& list, const std::string& more = "") {
  return "extends: fusemax-binding\nmapping: mine\nsections:\n  attention:\n    phases: ~\n" + more +
         "    do: [" + list + "]\n";
}

std::string answer(const std::string& text, const Setting& setting = {}) {
  return messages(verifiedOf(readingOfText(text, setting)));
}

const std::string kRest = "SLD, PRM, SPD, SLNV, SPNV, RD, RNV, AV";
const std::string kCircle =
    "'SLN' waits for 'RM', 'RM' for 'LM', and 'LM' comes after 'SLN' on array_2d: none of them can "
    "ever start\n  help: put 'LM' before 'SLN', or give 'SLN' a larger @stage\n";

/// 3-pass attention on both arrays: `body` are the lines inside loops b and h.
std::string threePass(const std::string& body, const std::string& bind = "array_1d") {
  return "mapping: mine\n"
         "partition: {m: [m1, m0]}\n"
         "sizes: {m0: 256}\n"
         "bind:\n"
         "  QK: {on: array_2d, rows: m0}\n"
         "  GM: {on: array_1d}\n"
         "  SN: {on: " +
         bind +
         "}\n"
         "  SD: {on: array_1d}\n"
         "  A: {on: array_1d}\n"
         "  AV: {on: array_2d, rows: m0}\n"
         "sections:\n"
         "  all: {loops: [b, h], " +
         body + "}\n";
}
const Setting kThreePass{"attention-3pass", "flat-deep-registers", {}, {}, {}};

} // namespace

TEST_CASE("lines of two units that wait for each other in a circle are refused", "[mappings]") {
  CHECK(answer(lines("BQK, LM, SLN, RM, " + kRest)) == "no problem");
  CHECK(answer(lines("BQK, SLN, LM, RM, " + kRest)) ==
        "mapping.yaml:7:15: error: sections.attention.do[1]: " + kCircle);
}

TEST_CASE("a circle inside one phase is refused, barriers or not", "[mappings]") {
  const auto text = "extends: fusemax-binding\nmapping: mine\nsections:\n  attention:\n"
                    "    phases: [[BQK, SLN, LM, RM], [" +
                    kRest + "]]\n";
  CHECK(answer(text) == "mapping.yaml:6:20: error: sections.attention.phases[0][1]: " + kCircle);
}

TEST_CASE("a line one stage later waits for nobody of its epoch", "[mappings]") {
  CHECK(answer(lines("BQK, SLN@1, LM, RM, SLD@1, PRM@1, SPD@1, SLNV@1, SPNV@1, RD@1, RNV@1, "
                     "AV@1")) == "no problem");
}

TEST_CASE("a circle over two stages is refused where both run in one epoch", "[mappings]") {
  // SLNV@1 stands before BQK on the 2D array and waits for RM's exponentials through SLD@1 ... RM.
  const auto text =
      lines("BQK, LM, SLN@1, RM, SLD@1, PRM@1, SPD@1, SLNV@1, SPNV@1, RD@1, RNV@1, AV@1");
  CHECK(answer(text) == "no problem");
  const auto late = lines("SLN@1, BQK, LM, RD@1, RM, SLD@1, PRM@1, SPD@1, SLNV@1, SPNV@1, RNV@1, "
                          "AV@1");
  CHECK(answer(late).find("ever start") == std::string::npos);
}

TEST_CASE("a nest takes part in a circle with each of its units", "[mappings]") {
  CHECK(answer(threePass("do: [{loops: [m1], do: [QK, GM]}, {loops: [m1], do: [SN, SD]}, A, AV]"),
               kThreePass) == "no problem");
  CHECK(answer(threePass("do: [{loops: [m1], do: [SN, SD]}, {loops: [m1], do: [QK, GM]}, A, AV]",
                         "array_2d"),
               kThreePass) == "x");
}

TEST_CASE("every circle of a mapping is named", "[mappings]") {
  const auto text = lines("BQK, SLN, LM, RM, RNV, SLD, PRM, SPD, SLNV, SPNV, RD, AV");
  CHECK(answer(text) == "x");
}

#include "mappings/mapper/sized.hpp"
#include "mappings/verification/circles.hpp"
#include "tests/mappings/mapping_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::test;

namespace {

/// fusemax-binding with other lines, without barriers; `more` are other keys of the nest.
std::string lines(const std::string& list, const std::string& more = "") {
  return "extends: fusemax-binding\nmapping: mine\nsections:\n  attention:\n    phases: ~\n" +
         more + "    do: [" + list + "]\n";
}

std::string answer(const std::string& text, const Setting& setting = {}) {
  return messages(verifiedOf(readingOfText(text, setting)));
}

const std::string kRest = "SLD, PRM, SPD, SLNV, SPNV, RD, RNV, AV";
const std::string kCircle =
    "'SLN' waits for 'RM', 'RM' for 'LM', and 'LM' comes after 'SLN' on array_2d: none of them can "
    "ever start\n  help: put 'LM' before 'SLN', or give 'SLN' a larger @stage\n";

/// 3-pass attention on both arrays: `list` are the lines inside loops b and h.
std::string threePass(const std::string& list) {
  return "mapping: mine\n"
         "partition: {m: [m1, m0]}\n"
         "sizes: {m0: 256}\n"
         "bind:\n"
         "  QK: {on: array_2d, rows: m0}\n"
         "  GM: {on: array_1d}\n"
         "  SN: {on: array_2d}\n"
         "  SD: {on: array_1d}\n"
         "  A: {on: array_1d}\n"
         "  AV: {on: array_2d, rows: m0}\n"
         "sections:\n"
         "  all: {loops: [b, h], do: [" +
         list + "]}\n";
}
const Setting kThreePass{"attention-3pass", "fusemax", {}, {}, {}};

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

TEST_CASE("a circle over two stages is one only where both run in the same epoch", "[mappings]") {
  const auto text = lines("BQK, LM, SLN, SLD, SLNV@1, SPNV@1, RNV@1, RM, PRM, SPD, RD, AV@1");
  const auto attention = [](std::int64_t length) {
    return Setting{"attention-1pass", "fusemax", {{"B", 1}, {"H", 1}, {"L", length}}, {}, {}};
  };
  CHECK(answer(text, attention(256)) == "no problem"); // one iteration: never side by side
  CHECK(
      answer(text, attention(512)) ==
      "mapping.yaml:7:19: error: sections.attention.do[2]: 'SLN' waits for 'RM', 'RM' comes after "
      "'RNV' on array_1d, 'RNV' waits for 'SLNV', and 'SLNV' comes after 'SLN' on array_2d: none "
      "of "
      "them can ever start\n  help: put 'SLNV' before 'SLN', or give 'SLN' a larger @stage\n");
}

TEST_CASE("a nest takes part in a circle with each of its units", "[mappings]") {
  const std::string scores = "{loops: [m1], do: [QK]}, ";
  CHECK(answer(threePass(scores + "GM, {loops: [m1], do: [SN, SD]}, A, AV"), kThreePass) ==
        "no problem");
  CHECK(
      answer(threePass(scores + "{loops: [m1], do: [SN, SD]}, GM, A, AV"), kThreePass) ==
      "mapping.yaml:13:54: error: sections.all.do[1]: the nest of 'SD' waits for the nest of 'SN', "
      "the nest of 'SN' for 'GM', and 'GM' comes after the nest of 'SD' on array_1d: none of them "
      "can ever start\n  help: put 'GM' before the nest of 'SD', or give the nest of 'SD' a larger "
      "stage\n");
  CHECK(answer(threePass(scores + "{loops: [m1], do: [SN]}, GM, SD, A, AV"), kThreePass) ==
        "no problem");
}

TEST_CASE("units that meet at barriers inside a nest wait there as one", "[mappings]") {
  const std::string nest = "{loops: [m1], phases: [[SN], [SD]]}";
  CHECK(answer(threePass("{loops: [m1], do: [QK]}, GM, " + nest + ", A, AV"), kThreePass) ==
        "no problem");
  CHECK(answer(threePass("{loops: [m1], do: [QK]}, " + nest + ", GM, A, AV"), kThreePass) ==
        "mapping.yaml:13:54: error: sections.all.do[1]: the nest of 'SN' waits for 'GM' and 'GM' "
        "comes "
        "after the nest of 'SN' on array_1d: none of them can ever start\n  help: put 'GM' before "
        "the nest of 'SN', or give the nest of 'SN' a larger stage\n");
}

TEST_CASE("a circle is found whatever the sizes are", "[mappings]") {
  const auto compiled = [](const std::string& list) {
    auto reading = valid(readingOfText(lines(list)));
    auto sized = mappings::SizedMapping::compile(reading.mapping, reading.cascade, reading.machine);
    return sized ? "no problem" : sized.error().front().what;
  };
  CHECK(compiled("BQK, LM, SLN, RM, " + kRest) == "no problem");
  CHECK(compiled("BQK, SLN, LM, RM, " + kRest) ==
        "'SLN' waits for 'RM', 'RM' for 'LM', and 'LM' comes after 'SLN' on array_2d: none of them "
        "can ever start");
  // one iteration would be legal
  CHECK(compiled("BQK, LM, SLN, SLD, SLNV@1, SPNV@1, RNV@1, RM, PRM, SPD, RD, AV@1") ==
        "no problem");
}

TEST_CASE("whether any sizes make a circle is known beforehand", "[mappings]") {
  const Setting one{"attention-1pass", "fusemax", {{"B", 1}, {"H", 1}, {"L", 256}}, {}, {}};
  const auto may = [&](const std::string& text) {
    return mappings::mayCircle(valid(verifiedOf(readingOfText(text, one))).plan());
  };
  CHECK(may(lines("BQK, LM, SLN, SLD, SLNV@1, SPNV@1, RNV@1, RM, PRM, SPD, RD, AV@1")));
  CHECK(!may(lines("BQK, LM, SLN, RM, " + kRest)));
  CHECK(!may("extends: fusemax-binding\nmapping: mine\n"));
  CHECK(!may("extends: fusemax-architecture\nmapping: mine\n"));
}

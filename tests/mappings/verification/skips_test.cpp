#include "tests/mappings/mapping_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::mappings::test;

namespace {

/// What verify() says of a nest with skip_masked, on a masked matrix S and what is made of it.
std::string answer(const std::string& einsums, const std::string& lines,
                   const std::string& more = "", const std::string& initial = "") {
  const auto file =
      std::filesystem::temp_directory_path() / fmt::format("einsight-skips-{}.yaml", getpid());
  std::ofstream(file) << "version: 1\nworkload: skips\nsummary: t\nsource: t\n"
                         "ranks: {m: 6, p: 6}\ntensors: {A: [m, p], B: [m, p]"
                      << initial
                      << "}\neinsums:\n"
                         "  - {einsum: \"S[m,p] = A[m,p] * B[m,p]\", where: m <= p}\n"
                      << einsums;
  auto text = messages(
      verifiedOf(readingOfText("mapping: mine\nbind: {S: {on: array_1d}, T: {on: array_1d}, "
                               "Z: {on: array_1d}}\nsections:\n"
                               "  all: {loops: [m, p], skip_masked: true, do: [" +
                                   lines + "]}\n" + more,
                               {file.string(), "fusemax", {}, {}, {}})));
  std::filesystem::remove(file);
  return text;
}

const std::string kUnion = "  - T[m,p] = S[m,p] + B[m,p]\n";

} // namespace

TEST_CASE("masked tiles are left out of whatever cannot do without the masked tensor",
          "[mappings]") {
  CHECK(answer("  - T[m,p] = S[m,p] * B[m,p]\n  - Z[p] = T[m,p] :: add(m)\n", "S, T, Z") ==
        "no problem");
}

TEST_CASE("masked tiles are not left out of a result without the mask", "[mappings]") {
  CHECK(answer(kUnion + "  - Z[p] = T[m,p] :: add(m)\n", "S, T, Z") ==
        "mapping.yaml:5:54: error: sections.all.do[2]: with skip_masked, Einsum 'Z' does not run "
        "where 'S' finds nothing that attends, but it is a result there too\n"
        "  help: leave skip_masked out, or put 'Z' into a nest of its own\n");
}

TEST_CASE("masked tiles are not left out of what another nest reads", "[mappings]") {
  CHECK(
      answer(kUnion + "  - Z[m,p] = neg(T[m,p])\n", "S, T", "  rest: {loops: [m, p], do: [Z]}\n") ==
      "mapping.yaml:5:51: error: sections.all.do[1]: with skip_masked, Einsum 'T' does not run "
      "where 'S' finds nothing that attends, but 'Z' reads it there too\n"
      "  help: leave skip_masked out, or put 'T' into a nest of its own\n");
}

TEST_CASE("a recurrence leaves out only iterations in which all else is masked", "[mappings]") {
  CHECK(answer("  - T[m+1,p] = T[m,p] + B[m,p]\n  - Z[p] = neg(T[6,p])\n", "S, T, Z", "",
               ", T: {initial: 0}") ==
        "mapping.yaml:5:51: error: sections.all.do[1]: with skip_masked, Einsum 'T' does not run "
        "where 'S' finds nothing that attends, but 'B' must be taken in there too\n"
        "  help: leave skip_masked out, or put 'T' into a nest of its own\n");
  const Setting causal{"attention-1pass-causal", "fusemax", {{"L", 1024}}, {}, {}};
  CHECK(messages(verifiedOf(readingOfText("extends: fusemax-binding\nmapping: mine\n", causal))) ==
        "no problem");
}

#include "tests/validation/scratch_file.hpp"
#include "validation/gna/spec.hpp"
#include "validation/suite.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;
using test::messages;
using test::ScratchFile;

TEST_CASE("the suite of neighborhood attention has rules, classes and files", "[validation]") {
  const auto spec = readGnaSpec(validationFolder() / "suites" / "gna.yaml");
  REQUIRE(spec);
  CHECK(spec->oracle == validationFolder() / "published" / "gna_oracle.csv");
  CHECK(spec->published == validationFolder() / "published" / "gna_published.csv");
  CHECK(spec->counts.size() == 16);
  CHECK(spec->ratios.size() == 7);
  CHECK(spec->rules.size() > 20);
}

TEST_CASE("a star in a rule stands for any text", "[validation]") {
  const GnaRule rule{"* runtime*", "", "", "", "why"};
  CHECK(rule.fits("kernel runtime", ""));
  CHECK(rule.fits("Hunyuan e2e runtime (50 steps)", "8x8"));
  CHECK_FALSE(rule.fits("runtime", ""));
  CHECK_FALSE(rule.fits("kernel run time", ""));
  const GnaRule exact{"dense blocks", "8x8", "full_percent", "printed", ""};
  CHECK(exact.fits("dense blocks", "8x8"));
  CHECK_FALSE(exact.fits("dense blocks", "9x9"));
  CHECK_FALSE(exact.fits("dense block", "8x8"));
}

TEST_CASE("every mistake of the suite's file is reported at once", "[validation]") {
  const ScratchFile file("x.yaml", "version: 1\n"
                                   "suite: gna\n"
                                   "oracle: {reference: a.csv, counts: [tokenz]}\n"
                                   "published: {reference: b.csv, sweeps: x}\n"
                                   "complete: [{layouts: 8x8}]\n"
                                   "classes: {printed: {tolerance: 1%, rounded: true}}\n"
                                   "rows: [{metric: x, take: sim_speedip, class: print}]\n");
  const auto text = messages(readGnaSpec(file.path()), file.path());
  for (const auto* part :
       {"x.yaml:1:1: error: summary: required key is missing\n",
        "x.yaml:3:36: error: oracle.counts: there is no count 'tokenz'\n  help: did you mean "
        "'tokens'?",
        "x.yaml:5:13: error: complete[0].layouts: unknown key\n  help: did you mean 'layout'?",
        "x.yaml:6:32: error: classes.printed.tolerance: '1%' is not a number\n",
        "x.yaml:7:26: error: rows[0].take: there is no quantity 'sim_speedip'\n  help: did you "
        "mean 'sim_speedup'?",
        "x.yaml:7:46: error: rows[0].class: there is no class 'print'\n  help: did you mean "
        "'printed'? (one of: printed)\n"}) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  }
}

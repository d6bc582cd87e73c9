#include "tests/validation/scratch_file.hpp"
#include "validation/arrays/spec.hpp"
#include "validation/suite.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;
using test::messages;
using test::ScratchFile;

TEST_CASE("the shipped suite's file reads, and its rules name classes and designs",
          "[validation]") {
  const auto spec = readArraySpec(validationFolder() / "suites" / "fusemax.yaml");
  REQUIRE(spec);
  CHECK(spec->name == "fusemax");
  CHECK(std::filesystem::exists(spec->reference));
  for (const auto& [name, design] : spec->published) {
    INFO(name);
    CHECK(std::filesystem::exists(design.machine));
    CHECK(std::filesystem::exists(design.mapping));
    CHECK((design.layers.empty() || spec->layersOf(design) != nullptr));
  }
  for (const auto& rule : spec->rules) {
    const bool known = rule.against.empty() || spec->published.count(rule.against) == 1;
    CHECK(known);
  }
}

TEST_CASE("a tolerance is that of the longest length that is reached", "[validation]") {
  Judgement judgement;
  judgement.tolerances = {{1024, 0.02}, {4096, 0.01}, {16384, 0.002}};
  CHECK(judgement.tolerance(512) == 0.02);
  CHECK(judgement.tolerance(1024) == 0.02);
  CHECK(judgement.tolerance(4095) == 0.02);
  CHECK(judgement.tolerance(4096) == 0.01);
  CHECK(judgement.tolerance(1 << 20) == 0.002);
}

TEST_CASE("a rule fits its metrics, in its figures or in any", "[validation]") {
  Rule rule;
  rule.metrics = {"x", "y"};
  CHECK(rule.fits("1", "y"));
  CHECK_FALSE(rule.fits("1", "z"));
  rule.figures = {"2"};
  CHECK(rule.fits("2", "x"));
  CHECK_FALSE(rule.fits("1", "x"));
}

TEST_CASE("mistakes in a suite's file are all named", "[validation]") {
  const ScratchFile file("bad.yaml", R"(version: 1
suite: bad
summary: a suite with mistakes
reference: x.csv
means: {model: mean, models: [a], lengths: [1K]}
published: {A: {workload: w, machine: m, mapping: p}}
classes:
  silent: {}
  exact: {analytic: {within: {}}}
rows:
  - {metric: t, take: second, class: exact}
  - {metric: t, take: seconds, class: exat}
)");
  CHECK(messages(readArraySpec(file.path()), file.path()) ==
        "bad.yaml:8:11: error: classes.silent: rows that are not compared need a reason\n"
        "bad.yaml:9:30: error: classes.exact.analytic.within: a tolerance is missing\n"
        "  help: such as {0: 0.01}\n"
        "bad.yaml:11:23: error: rows[0].take: unknown value 'second'\n"
        "  help: did you mean 'seconds'? (one of: seconds, cycles, busy_seconds, port_seconds, "
        "bytes, energy, area, utilization, einsum_utilization, trips)\n"
        "bad.yaml:12:39: error: rows[1].class: there is no class 'exat'\n"
        "  help: did you mean 'exact'? (one of: exact, silent)\n");
}

#include "tests/validation/scratch_file.hpp"
#include "validation/kernels/exhibits.hpp"
#include "validation/kernels/rows.hpp"
#include "validation/kernels/suite.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight::validation;
using test::messages;
using test::ScratchFile;

namespace {

std::filesystem::path headlines() {
  return validationFolder() / "suites" / "headlines.yaml";
}

Outcome outcomeOf(Verdict verdict, double error) {
  Outcome out;
  out.id = "a";
  out.reference = 2;
  out.simulated = 2 * (1 + error);
  out.relativeError = error;
  out.verdict = verdict;
  out.reason = "open";
  return out;
}

} // namespace

TEST_CASE("published speedups agree in the median, and each that is far off says why",
          "[validation]") {
  const auto result = runKernelSuite(headlines(), {});
  REQUIRE(result);
  CHECK(result->name == "headlines");
  CHECK(result->points.size() == 167);
  for (const auto& point : result->points) {
    INFO(point.id << ": " << point.reason);
    CHECK_FALSE(point.reason.empty());
    CHECK(point.verdict != Verdict::Outside);
    if (isCompared(point)) {
      CHECK((point.verdict == Verdict::Known) == (std::abs(*point.relativeError) > 0.3));
    }
  }
  CHECK(medianError(result->points).value_or(1) <= 0.15);
  CHECK(result->exhibits.front().title == "Point by point");
  CHECK(result->summary.known > 0);
  CHECK(result->passed);
}

TEST_CASE("every row has a rule, and the rule's systems are described", "[validation]") {
  const auto file = GENERATE(as<std::string>(), "headlines.yaml", "posted.yaml");
  const auto spec = readKernelSpec(validationFolder() / "suites" / file);
  REQUIRE(spec);
  const auto rows = readKernelRows(spec->published);
  REQUIRE(rows);
  for (const auto& row : *rows) {
    INFO(row.id);
    const auto* rule = spec->ruleOf(row);
    REQUIRE(rule != nullptr);
    if (!rule->notCovered.empty()) {
      continue;
    }
    CHECK(spec->systems.machineOf(row.hardware));
    for (const auto& pass : rule->passes) {
      const auto& system = rule->of.empty() ? row.system : rule->of;
      CHECK_FALSE(spec->systems.find(system, pass, row.mask, row.hardware).empty());
    }
    for (const auto& pass : rule->againstPasses) {
      CHECK_FALSE(spec->systems.find(rule->against, pass, row.mask, row.hardware).empty());
    }
  }
}

TEST_CASE("passes of a baseline that do not exist are refused", "[validation]") {
  const ScratchFile systems("systems.yaml", "version: 1\nsummary: s\nhardware: {}\n"
                                            "parameters: {}\nsystems: {}\n");
  const ScratchFile file("x.yaml", "version: 1\nsuite: s\nsummary: s\nreference: a.csv\nsystems: " +
                                       systems.path().string() +
                                       "\nflops: batch\npasses: {forward: 1}\nmasks: {none: 1}\n"
                                       "median: wide\nclasses: {a: {}}\nrows: [{take: speedup, "
                                       "passes: forward, against_passes: forwards, class: a}]\n");
  const auto text = messages(readKernelSpec(file.path()), file.path());
  INFO(text);
  CHECK(text.find("error: median: 'wide' is not a number\n") != std::string::npos);
  CHECK(text.find("error: rows[0].against_passes: there is no pass 'forwards'\n"
                  "  help: did you mean 'forward'?") != std::string::npos);
}

TEST_CASE("the median is that of points which are compared", "[validation]") {
  CHECK_FALSE(medianError({}));
  CHECK_FALSE(medianError({outcomeOf(Verdict::Informative, 1)}));
  const std::vector<Outcome> three{
      outcomeOf(Verdict::Within, -0.1), outcomeOf(Verdict::Informative, 9),
      outcomeOf(Verdict::Outside, 0.5), outcomeOf(Verdict::Within, 0.2)};
  CHECK(medianError(three).value_or(0) == Approx(0.2));
  CHECK(medianError({three[0], three[3]}).value_or(0) == Approx(0.15));
  auto fitted = outcomeOf(Verdict::Within, 0);
  fitted.fitted = true;
  CHECK(medianError({three[0], fitted, three[3]}).value_or(0) == Approx(0.15));
}

TEST_CASE("headlines are listed with their errors and what is open, and the median below",
          "[validation]") {
  auto missing = outcomeOf(Verdict::NotCovered, 0);
  missing.simulated.reset();
  const auto exhibit = pointExhibit({outcomeOf(Verdict::Within, -0.1), missing});
  REQUIRE(exhibit.rows.size() == 1);
  CHECK(exhibit.rows[0] == std::vector<std::string>{"a", "2", "1.8", "-10.0%", "open"});
  CHECK(exhibit.sentences ==
        std::vector<std::string>{"the median of the absolute errors is 10.0%"});
}

#include "tests/validation/scratch_file.hpp"
#include "validation/arrays/suite.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

using namespace einsight::validation;
using test::ScratchFile;

namespace {

constexpr std::string_view kHeader = "figure,config,model,seq_len,metric,value,source\n";

std::filesystem::path specification() {
  return validationFolder() / "suites" / "fusemax.yaml";
}

SuiteResult resultOf(const std::string& lines, SuiteOptions options = {}) {
  const ScratchFile file("x.csv", std::string(kHeader) + lines);
  options.points = file.path();
  auto result = runArraySuite(specification(), options);
  REQUIRE(result);
  return *result;
}

/// Lines of the published numbers that have all of the words.
std::string published(const std::vector<std::string>& words) {
  std::ifstream file(validationFolder() / "published" / "fusemax_figures.csv");
  std::string lines;
  std::string line;
  while (std::getline(file, line)) {
    const bool all = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return line.find(word) != std::string::npos;
    });
    lines += all ? line + "\n" : "";
  }
  return lines;
}

} // namespace

TEST_CASE("published numbers of short runs come out, by both engines", "[validation]") {
  for (const auto* length : {",1K,", ",4K,"}) {
    const auto result =
        resultOf(published({",BERT,", length, ",attn"}) + published({"6", ",BERT,", length}) +
                 published({"derived,", ",BERT,", length}));
    for (const auto& point : result.points) {
      INFO(point.id << " " << point.simulated.value_or(NAN) << " " << point.reason);
      CHECK((point.verdict == Verdict::Within || point.verdict == Verdict::Informative));
    }
    CHECK(result.passed);
    CHECK(result.summary.count > 100);
    CHECK(result.summary.notCovered == 0);
  }
}

TEST_CASE("the analytic engine reproduces every published number that is compared",
          "[validation]") {
  SuiteOptions options;
  options.engines = {"analytic"};
  const auto result = runArraySuite(specification(), options);
  REQUIRE(result);
  for (const auto& point : result->points) {
    INFO(point.id << " " << point.simulated.value_or(NAN) << " " << point.reason);
    CHECK((point.verdict == Verdict::Within || point.verdict == Verdict::Informative));
  }
  CHECK(result->passed);
  CHECK(result->summary.count == 1430);
}

TEST_CASE("a number that is wrong falls outside", "[validation]") {
  const auto result = resultOf("x,FuseMax+Binding,BERT,1K,latency_s,0.0020,\n"
                               "x,FuseMax+Binding,BERT,1K,latency_s,0.0020131404,\n");
  REQUIRE(result.points.size() == 4);
  CHECK(result.points[0].verdict == Verdict::Outside);
  CHECK(result.points[2].verdict == Verdict::Within);
  CHECK(*result.points[0].relativeError == Approx(0.00657).epsilon(0.01));
  CHECK_FALSE(result.passed);
}

TEST_CASE("the user's tolerance goes before the suite's", "[validation]") {
  SuiteOptions options;
  options.tolerance = 0.01;
  options.engines = {"cycle"};
  const auto result = resultOf("x,FuseMax+Binding,BERT,1K,latency_s,0.0020,\n", options);
  CHECK(result.points.front().verdict == Verdict::Within);
  options.tolerance = 0.001;
  CHECK_FALSE(resultOf("x,FuseMax+Binding,BERT,1K,latency_s,0.0020,\n", options).passed);
}

TEST_CASE("a point that cannot be simulated has a reason and is not covered", "[validation]") {
  SuiteOptions options;
  options.engines = {"analytic"};
  const auto result = resultOf("x,FLAT,gpt9,1K,latency_s,1,\n"
                               "x,FLAT,BERT,1K,speed,1,\n"
                               "x,FuseMax+Binding,TrXL,2K,latency_s,,\n",
                               options);
  REQUIRE(result.points.size() == 3);
  CHECK(result.points[0].verdict == Verdict::NotCovered);
  CHECK(result.points[0].reason == "unknown model 'gpt9'");
  CHECK_FALSE(result.points[0].simulated);
  CHECK(result.points[1].reason == "the suite has no metric 'speed'");
  CHECK(result.points[2].verdict == Verdict::Informative);
  CHECK(result.points[2].reason == "no reference: a prediction");
  CHECK(*result.points[2].simulated > 0.005);
  CHECK(result.summary.notCovered == 2);
}

TEST_CASE("a run that is told to stop stops with a problem", "[validation]") {
  SuiteOptions options;
  int asked = 0;
  options.progress = [&asked](double) { return ++asked < 3; };
  const auto result = runArraySuite(specification(), options);
  REQUIRE_FALSE(result);
  CHECK(result.error().front().what == "stopped");
}

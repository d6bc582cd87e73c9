#include "tests/validation/scratch_file.hpp"
#include "validation/gna/suite.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

using namespace einsight::validation;
using test::ScratchFile;

namespace {

SuiteResult resultOf(SuiteOptions options = {}) {
  auto result = runGnaSuite(validationFolder() / "suites" / "gna.yaml", options);
  REQUIRE(result);
  return std::move(*result);
}

SuiteResult resultOfPoints(const std::string& text) {
  const ScratchFile file("x.csv", text);
  SuiteOptions options;
  options.points = file.path();
  return resultOf(options);
}

const Outcome& point(const SuiteResult& result, const std::string& id) {
  const auto found = std::find_if(result.points.begin(), result.points.end(),
                                  [&](const Outcome& outcome) { return outcome.id == id; });
  REQUIRE(found != result.points.end());
  return *found;
}

/// The header and one line of the oracle.
std::pair<std::string, std::string> oracleLine() {
  std::ifstream file(validationFolder() / "published" / "gna_oracle.csv");
  std::string header;
  std::string line;
  std::getline(file, header);
  std::getline(file, line);
  return {header, line};
}

} // namespace

TEST_CASE("every count, bound and sweep that was published comes out", "[validation]") {
  const auto result = resultOf();
  CHECK(result.passed);
  CHECK(result.summary.outside == 0);
  std::size_t counts = 0;
  for (const auto& outcome : result.points) {
    INFO(outcome.id << " " << outcome.metric << " " << outcome.reason);
    CHECK(outcome.verdict != Verdict::Outside);
    CHECK((outcome.verdict == Verdict::Within || !outcome.reason.empty()));
    counts += outcome.id.starts_with("oracle/") ? 1 : 0;
    if (outcome.id.starts_with("sweep/")) {
      CHECK(outcome.simulated == outcome.reference);
    }
  }
  CHECK(counts > 7500);
  CHECK(result.summary.kendallTau.value_or(0) > 0.99);
  REQUIRE(result.exhibits.size() == 2);
  CHECK(result.exhibits[0].rows.size() == 5);
  for (const auto& row : result.exhibits[0].rows) {
    CHECK(row.back() == "the same");
  }
}

TEST_CASE("measured times are predicted, and judged by the mean over their class", "[validation]") {
  const auto result = resultOf();
  const auto& time = point(result, "published/224");
  CHECK(time.verdict == Verdict::Informative);
  CHECK(time.engine == "cycle");
  CHECK(time.reference.value_or(0) == Approx(8.692e-3));
  CHECK(time.simulated.value_or(0) == Approx(8.692e-3).epsilon(0.15));
  CHECK(point(result, "published/208").simulated.value_or(0) == Approx(43.313e-3).epsilon(0.1));
  CHECK(point(result, "published/227").simulated.value_or(0) == Approx(5.0).epsilon(0.1));
  CHECK(point(result, "published/232").simulated.value_or(0) == Approx(10.5).epsilon(0.1));
  for (const auto& [name, most] : {std::pair("kernel-only", 0.07),
                                   {"with permutation", 0.05},
                                   {"measured end to end", 0.035}}) {
    const auto& mean = point(result, std::string("mean/") + name);
    INFO(name << " " << mean.reason);
    CHECK(mean.verdict == Verdict::Within);
    CHECK(mean.simulated.value_or(1) < most);
  }
}

TEST_CASE("one tile more than the oracle is outside", "[validation]") {
  const auto [header, line] = oracleLine();
  auto wrong = line;
  wrong.replace(wrong.find("18564"), 5, "18565");
  CHECK(resultOfPoints(header + "\n" + line + "\n").passed);
  const auto result = resultOfPoints(header + "\n" + wrong + "\n");
  CHECK_FALSE(result.passed);
  CHECK(result.summary.outside == 1);
}

TEST_CASE("a user's own published rows are compared, and what cannot be is said", "[validation]") {
  const auto result = resultOfPoints(
      "id,hardware,backend,layout,window,stride,dilation,causal,q_tile,kv_tile,metric,value,note\n"
      "a,,,64x64,16x16,16x16,,,8x8,8x8,op speedup simulated (NATTENSim),16.0,\n"
      "b,,,64x64,16x16,1x1,,,8x8,8x8,op speedup simulated (NATTENSim),16.0,\n"
      "c,,,64x64,16x16,1x1,,,8x8,8x8,op speedup simulated (NATTENSim),,\n"
      "d,B200,,64x64,16x16,1x1,,,8x8,8x8,e2e speedup measured,2,\n"
      "f,B201,,64x64,16x16,1x1,,,8x8,8x8,op speedup excl. permute,2,\n"
      "e,,,64x64,16x16,1x1,,,8x8,8x8,beauty,2,\n");
  CHECK(point(result, "published/a").verdict == Verdict::Within);
  CHECK(point(result, "published/b").verdict == Verdict::Outside);
  CHECK(point(result, "published/c").reason == "no reference: a prediction");
  CHECK(point(result, "published/d").reason ==
        "the share of self attention in the run is not known");
  CHECK(point(result, "published/f").reason == "no machine stands for 'B201'");
  CHECK(point(result, "published/e").reason == "the suite does not know this metric");
  CHECK_FALSE(result.passed);
}

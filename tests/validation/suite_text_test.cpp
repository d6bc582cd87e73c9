#include "validation/suite_report.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;

namespace {

SuiteResult mixed() {
  SuiteResult result;
  result.name = "some";
  result.points = {
      {"a/1/x", "A", "time", "x", 2.0, 2.1, 0.05, 0.1, Verdict::Within, "a reason"},
      {"a/2/x", "A", "time", "x", 4.0, 3.0, -0.25, 0.1, Verdict::Outside, ""},
      {"a/3/x", "A", "heat", "x", 4.0, 4.0, 0.0, 0, Verdict::Informative, "not ours to judge"},
      {"b/1/x", "B", "time", "x", 4.0, std::nullopt, std::nullopt, 0, Verdict::NotCovered, "no b"}};
  result.summary = summarize(result.points);
  result.exhibits = {{"Means", {"of", "value"}, {{"A", "1.5"}, {"B", "12"}}, {"They differ."}}};
  result.passed = false;
  return result;
}

constexpr const char* kMixed = R"(Suite some

  configuration  metric  points  x mean  max  allowed  verdict
  A              time         2     15%  25%      10%  1 outside
  A              heat         1       0    0        -  informative
  B              time         1       -    -        -  1 not covered

Worst points
  a/2/x: 3, published 4 (-25%, 10% allowed)
  a/1/x: 2.1, published 2 (+5%, 10% allowed)
    a reason

Points that are not judged
  1 informative, as a/3/x:
    not ours to judge
  1 not covered, as b/1/x:
    no b

Means
  of  value
  A     1.5
  B      12
  They differ.

some: 4 points, 2 compared (1 outside), 1 informative, 1 not covered; mean error 15%, max 25%, Kendall tau 1.000: failed
)";

} // namespace

TEST_CASE("a suite is told group by group, the worst points first, nothing left out",
          "[validation]") {
  CHECK(text(mixed()) == kMixed);
}

TEST_CASE("a suite that passed says so", "[validation]") {
  auto result = mixed();
  result.points.resize(1);
  result.summary = summarize(result.points);
  result.passed = true;
  const auto shown = text(result);
  CHECK(shown.find("some: 1 points, 1 compared (0 outside), 0 informative, 0 not covered; "
                   "mean error 5%, max 5%: passed\n") != std::string::npos);
  CHECK(shown.find("within") != std::string::npos);
}

TEST_CASE("a mean that is judged has no published number beside it", "[validation]") {
  SuiteResult result;
  result.name = "some";
  result.points = {{"mean/A", "means", "mean error, A", "", std::nullopt, 0.125, 0.125, 0.25,
                    Verdict::Within, "4 rows"}};
  result.summary = summarize(result.points);
  result.passed = true;
  CHECK(text(result).find("\nWorst points\n  mean/A: 0.125 (+12%, 25% allowed)\n    4 rows\n") !=
        std::string::npos);
}

TEST_CASE("a miss that is known is not called within", "[validation]") {
  auto result = mixed();
  result.points.resize(1);
  result.points.front().relativeError = 3.0;
  result.points.front().tolerance = 4;
  result.points.front().verdict = Verdict::Known;
  result.summary = summarize(result.points);
  result.passed = true;
  const auto shown = text(result);
  CHECK(shown.find("1 known miss\n") != std::string::npos);
  CHECK(shown.find("within") == std::string::npos);
  CHECK(shown.find("some: 1 points, 1 compared (1 known to miss, 0 outside), ") !=
        std::string::npos);
}

TEST_CASE("points are counted once, however many engines have them or have none", "[validation]") {
  SuiteResult result;
  result.name = "some";
  result.points = {
      {"a/1/x", "A", "time", "x", 2.0, 2.1, 0.05, 0.1, Verdict::Within, ""},
      {"a/1/y", "A", "time", "y", 2.0, 2.0, 0.0, 0.1, Verdict::Within, ""},
      {"b", "B", "time", "x", 2.0, 2.1, 0.05, 0.1, Verdict::Within, ""},
      {"c/1", "C", "tiles", "", 4.0, 4.0, 0.0, 0.1, Verdict::Within, ""},
      {"c/2", "C", "tiles", "", 4.0, std::nullopt, std::nullopt, 0, Verdict::NotCovered, "no"},
  };
  const auto shown = text(result);
  CHECK(shown.find("  configuration  metric  points  x mean  max  allowed  y mean  max  allowed  "
                   "counted mean  max  allowed  verdict\n"
                   "  A              time         1      5%   5%      10%       0    0      10%  "
                   "           -    -        -  within\n"
                   "  B              time         1      5%   5%      10%       -    -        -  "
                   "           -    -        -  within\n"
                   "  C              tiles        2       -    -        -       -    -        -  "
                   "           0    0      10%  1 not covered\n") != std::string::npos);
  result.points.erase(result.points.begin() + 3); // what is not simulated is by no engine
  CHECK(text(result).find("counted") == std::string::npos);
}

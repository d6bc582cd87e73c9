#include "validation/suite.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;

namespace {

Outcome judged(const std::string& metric, double reference, double simulated, Verdict verdict) {
  Outcome outcome;
  outcome.metric = metric;
  outcome.reference = reference;
  outcome.simulated = simulated;
  outcome.relativeError = (simulated - reference) / reference;
  outcome.verdict = verdict;
  return outcome;
}

} // namespace

TEST_CASE("errors are summed over the points that are compared, and only those", "[validation]") {
  const std::vector<Outcome> outcomes{
      judged("t", 10, 11, Verdict::Within), judged("t", 10, 7, Verdict::Outside),
      judged("t", 10, 16, Verdict::Known), judged("t", 10, 90, Verdict::Informative), Outcome{}};
  const auto summary = summarize(outcomes);
  CHECK(summary.count == 5);
  CHECK(summary.notCovered == 1);
  CHECK(summary.informative == 1);
  CHECK(summary.known == 1);
  CHECK(summary.outside == 1);
  CHECK(summary.meanAbsoluteError == Approx((0.1 + 0.3 + 0.6) / 3));
  CHECK(summary.maxAbsoluteError == Approx(0.6));
  CHECK_FALSE(summary.kendallTau); // all references are equal
}

TEST_CASE("rank correlation counts pairs of one metric that agree in order", "[validation]") {
  std::vector<Outcome> outcomes{
      judged("t", 1, 10, Verdict::Within), judged("t", 2, 20, Verdict::Within),
      judged("t", 3, 15, Verdict::Within), judged("other", 1, 99, Verdict::Within)};
  REQUIRE(summarize(outcomes).kendallTau);
  CHECK(*summarize(outcomes).kendallTau == Approx(1.0 / 3)); // 1-2 and 1-3 agree, 2-3 does not
  outcomes[2].simulated = 30;
  CHECK(*summarize(outcomes).kendallTau == 1);
}

TEST_CASE("a summary of nothing has no errors", "[validation]") {
  const auto summary = summarize({});
  CHECK(summary.count == 0);
  CHECK(summary.meanAbsoluteError == 0);
  CHECK_FALSE(summary.kendallTau);
}

TEST_CASE("verdicts have names", "[validation]") {
  CHECK(name(Verdict::Within) == "within");
  CHECK(name(Verdict::Known) == "known miss");
  CHECK(name(Verdict::Outside) == "outside");
  CHECK(name(Verdict::Informative) == "informative");
  CHECK(name(Verdict::NotCovered) == "not covered");
}

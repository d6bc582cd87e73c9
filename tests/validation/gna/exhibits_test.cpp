#include "validation/gna/exhibits.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::validation;
namespace gna = einsight::mappings::gna;

namespace {

/// Rows of a sweep over 256x256 with a window of 80x80, which has the strides 1x1, 16x1 and 16x16.
std::vector<GnaRow> rowsOf(const std::vector<std::string>& strides) {
  std::vector<GnaRow> rows;
  for (const auto& stride : strides) {
    auto mask = gna::makeQuestion(
        {{256, 256}, {80, 80}, gna::readShape(stride).value(), {}, {}, {16, 16}, {16, 8}},
        gna::KvTiling::Static, false, gna::optionPlace);
    REQUIRE(mask.has_value());
    GnaRow row;
    row.metric = "bound";
    row.stride = stride;
    row.listed = true;
    row.question.mask = std::move(*mask);
    rows.push_back(std::move(row));
  }
  return rows;
}

Verdict verdictOf(const std::vector<std::string>& strides) {
  GnaSpec spec;
  spec.sweepMetric = "bound";
  const auto outcomes = sweepOutcomes(rowsOf(strides), spec);
  REQUIRE(outcomes.size() == 1);
  return outcomes.front().verdict;
}

Outcome beside(const std::string& metric, double reference, double simulated) {
  Outcome outcome;
  outcome.metric = metric;
  outcome.reference = reference;
  outcome.simulated = simulated;
  outcome.relativeError = (simulated - reference) / reference;
  outcome.verdict = Verdict::Informative;
  return outcome;
}

} // namespace

TEST_CASE("a sweep agrees only when it has the same strides, no more and no fewer",
          "[validation]") {
  CHECK(verdictOf({"1x1", "16x1", "16x16"}) == Verdict::Within);
  CHECK(verdictOf({"1x1", "16x1", "16x1", "16x16"}) == Verdict::Within);
  CHECK(verdictOf({"1x1", "16x16"}) == Verdict::Outside);
  CHECK(verdictOf({"1x1", "2x2", "16x1", "16x16"}) == Verdict::Outside);
  CHECK(verdictOf({"1x1", "1x16", "16x16"}) == Verdict::Outside);
}

TEST_CASE("rows of other metrics, or with tiles from elsewhere, make no sweep", "[validation]") {
  GnaSpec spec;
  spec.sweepMetric = "bound";
  auto rows = rowsOf({"1x1", "16x1"});
  rows[0].metric = "other";
  rows[1].listed = false;
  CHECK(sweepOutcomes(rows, spec).empty());
}

TEST_CASE("the table of sweeps shows ours where it differs", "[validation]") {
  GnaSpec spec;
  spec.sweepMetric = "bound";
  CHECK(sweepExhibit(rowsOf({"1x1", "16x1", "16x16"}), spec).rows.front().back() == "the same");
  CHECK(sweepExhibit(rowsOf({"1x1"}), spec).rows.front().back() == "1x1 16x1 16x16");
}

TEST_CASE("predictions and bounds are put beside measurements, class by class", "[validation]") {
  const auto exhibit = timesExhibit({{"a", beside("kernel", 2, 3), 4},
                                     {"a", beside("kernel", 4, 5), 5},
                                     {"b", beside("whole run", 2, 2.2), {}}});
  REQUIRE(exhibit.rows.size() == 2);
  CHECK(exhibit.rows[0] ==
        std::vector<std::string>{"a", "kernel", "2", "37.5%", "50.0%", "1.00", "62.5%", "1.00"});
  CHECK(exhibit.rows[1] ==
        std::vector<std::string>{"b", "whole run", "1", "10.0%", "10.0%", "-", "-", "-"});
}

TEST_CASE("the mean error of a class must be small, and below that of the bounds", "[validation]") {
  GnaSpec spec;
  spec.classes["judged"].mean = 0.1;
  spec.classes["shown"] = {};
  const auto verdictOf = [&](double simulated, double bound) {
    const auto outcomes = classOutcomes(
        {{"judged", beside("kernel", 2, simulated), bound}, {"shown", beside("kernel", 2, 4), 2}},
        spec);
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes.front().id == "mean/judged");
    return outcomes.front().verdict;
  };
  CHECK(verdictOf(2.1, 2.3) == Verdict::Within);
  CHECK(verdictOf(2.3, 2.5) == Verdict::Outside);
  CHECK(verdictOf(2.1, 2.05) == Verdict::Outside);
  CHECK(verdictOf(2.1, 2.1) == Verdict::Outside);
}

#include "results/sweep_row.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight;
using namespace einsight::results;

TEST_CASE("a row keeps all that a whole model did", "[results]") {
  Result result;
  result.serving =
      Serving{{1, 2, 3, 4}, {5, 6.5, 7, 8}, 9, 10, {}, 11, 12, 13, 14, 15, 16, 17, "x"};
  SweepRow row;
  CHECK_FALSE(servingOf(row).has_value());
  fill(row, result);
  const auto serving = servingOf(row);
  REQUIRE(serving.has_value());
  CHECK(serving->ttft.p90 == 3);
  CHECK(serving->tbt.p50 == 6.5);
  CHECK(serving->tokensPerSecond == 9);
  CHECK(serving->usdPerMtoken == 10);
  CHECK_FALSE(serving->usdPerHour.has_value());
  CHECK(serving->requests == 11);
  CHECK(serving->tokens == 12);
  CHECK(serving->iterations == 13);
  CHECK(serving->preemptions == 14);
  CHECK(serving->meanBatch == 15);
  CHECK(serving->capacityTokens == 16);
  CHECK(serving->peakTokens == 17);
  CHECK(serving->limitedBy == "x");
}

TEST_CASE("what is no number in a run is none in its row", "[results]") {
  Result result;
  result.serving = Serving{};
  result.serving->tbt.p99 = std::nan("");
  SweepRow row;
  fill(row, result);
  CHECK(std::isnan(servingOf(row)->tbt.p99));
  CHECK(servingOf(row)->tbt.p50 == 0);
}

TEST_CASE("a refused row keeps each problem", "[results]") {
  SweepRow row;
  refuse(row, {{{"m.yaml", 3, 4, "attention"}, "2 GB too little", "more devices"},
               {{}, "and more", {}}});
  CHECK(row.status == RowStatus::Refused);
  CHECK(row.reason == "m.yaml:3:4: error: attention: 2 GB too little\n  help: more devices\n"
                      "error: and more\n");
  const auto problems = problemsOf(row);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].where.file == "m.yaml");
  CHECK(problems[0].where.line == 3);
  CHECK(problems[0].where.column == 4);
  CHECK(problems[0].where.path == "attention");
  CHECK(problems[0].what == "2 GB too little");
  CHECK(problems[0].help == "more devices");
}

TEST_CASE("a row that failed has its reason as the problem", "[results]") {
  SweepRow row;
  CHECK(problemsOf(row).empty());
  row.status = RowStatus::Failed;
  row.reason = "took longer than 5 s";
  REQUIRE(problemsOf(row).size() == 1);
  CHECK(problemsOf(row).front().what == "took longer than 5 s");
}

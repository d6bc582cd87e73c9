#include "tests/report/answer.hpp"

#include <cmath>

using namespace einsight;
using namespace einsight::report::test;

namespace {

constexpr const char* kPlan = R"({"plan": "chat", "workload": "model",
  "limits": {"tbt_s": 0.1, "ttft_s": null}, "candidates": [
  {"machine": "big", "settings": "count=4", "mapping": "x", "meets": true, "tokens_per_s": 1000,
   "usd_per_hour": 36, "usd_per_mtoken": 10, "tbt_s": {"p50": 0.05, "p90": 0.06, "p99": 0.07},
   "ttft_s": {"p50": 1, "p90": 2, "p99": 3}, "mean_batch": 8},
  {"machine": "big", "settings": "count=8", "mapping": "x", "meets": false, "tokens_per_s": 1500,
   "usd_per_hour": 72, "usd_per_mtoken": 13, "tbt_s": {"p50": 0.1, "p90": 0.2, "p99": 0.3},
   "ttft_s": {"p50": 1, "p90": 2, "p99": 3}, "mean_batch": 9},
  {"machine": "small", "settings": "", "mapping": "x", "meets": false, "reason": "too small"}],
  "provenance": {"command": "einsight plan p.yaml", "version": "9.8"}})";

} // namespace

TEST_CASE("candidates of a plan are points of price against throughput", "[report]") {
  const auto document = documentOf(kPlan);
  CHECK(document.title == "Plan chat");
  CHECK(document.sections.at(0).lead ==
        "model on 3 candidates, for 99 % at most 100 ms between tokens");
  CHECK(text(document, "plan-1", "run", 0) == "big, count=4");
  CHECK(text(document, "plan-1", "run", 2) == "small");
  CHECK(text(document, "plan-1", "meets", 0) == "yes");
  CHECK(text(document, "plan-1", "meets", 1) == "no");
  CHECK(text(document, "plan-1", "meets", 2) == "refused");
  CHECK(text(document, "plan-1", "reason", 2) == "too small");
  CHECK(number(document, "plan-1", "usd_per_hour", 1) == 72);
  CHECK(std::isnan(number(document, "plan-1", "tokens_per_s", 2)));
  CHECK(document.table("plan-1")->command(1) == "einsight plan p.yaml");
  CHECK(chart(document, "plan-1-front") != nullptr);
  CHECK(document.sections[0].facts.at(0).note == "1 within the limits");
  CHECK(document.sections[0].facts.at(1).value == "big, count=4");
}

TEST_CASE("the times that users see stand beside the plan's limit", "[report]") {
  const auto document = documentOf(kPlan);
  const auto* times = document.table("plan-1-times");
  REQUIRE(times != nullptr);
  CHECK(times->rows() == 12);
  CHECK(text(document, "plan-1-times", "time", 0) == "between tokens");
  CHECK(text(document, "plan-1-times", "quantile", 2) == "99 %");
  CHECK(number(document, "plan-1-times", "seconds", 2) == 0.07);
  CHECK(number(document, "plan-1-times", "limit", 2) == 0.1);
  CHECK(text(document, "plan-1-times", "time", 3) == "to the first token");
  CHECK(std::isnan(number(document, "plan-1-times", "limit", 3)));
}

TEST_CASE("candidates that only their mapping tells apart are named with it", "[report]") {
  const std::string one =
      R"({"machine": "m", "settings": "", "meets": false, "reason": "r", "mapping": )";
  const auto document = documentOf(R"({"plan": "p", "workload": "w", "candidates": [)" + one +
                                   R"("a"},)" + one + R"("b"}], "provenance": {"command": "c"}})");
  CHECK(text(document, "plan-1", "run", 0) == "m, a");
  CHECK(text(document, "plan-1", "run", 1) == "m, b");
  CHECK(document.sections.at(0).charts.empty());
}

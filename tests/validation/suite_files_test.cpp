#include "validation/suite_report.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight::validation;

namespace {

SuiteResult two() {
  SuiteResult result;
  result.name = "some";
  result.points = {{"a/1", "A", "time", "cycle", 2.0, 2.1, 0.05, 0.1, Verdict::Within, ""},
                   {"a/2", "A", "time", "", 2.0, std::nullopt, std::nullopt, 0, Verdict::NotCovered,
                    "no such model, sorry"}};
  result.summary = summarize(result.points);
  result.exhibits = {{"Title", {"x"}, {{"1"}}, {"why"}}};
  return result;
}

} // namespace

TEST_CASE("the JSON of a suite has its stable keys", "[validation]") {
  const auto result = two();
  const auto json = nlohmann::json::parse(toJson(std::vector{result}));
  const auto& suite = json.at("suites").at(0);
  CHECK(suite.at("name") == "some");
  const auto& first = suite.at("points").at(0);
  CHECK(first.at("id") == "a/1");
  CHECK(first.at("metric") == "time");
  CHECK(first.at("reference") == 2.0);
  CHECK(first.at("simulated") == 2.1);
  CHECK(first.at("relative_error") == 0.05);
  CHECK(first.at("reason").is_null());
  CHECK(first.at("verdict") == "within");
  CHECK(first.at("fitted") == false);
  const auto& second = suite.at("points").at(1);
  CHECK(second.at("simulated").is_null());
  CHECK(second.at("relative_error").is_null());
  CHECK(second.at("reason") == "no such model, sorry");
  const auto& summary = suite.at("summary");
  CHECK(summary.at("count") == 2);
  CHECK(summary.at("not_covered") == 1);
  CHECK(summary.at("mean_abs_rel_error") == 0.05);
  CHECK(summary.at("max_abs_rel_error") == 0.05);
  CHECK(summary.at("kendall_tau").is_null());
  CHECK(suite.at("tables").at(0).at("title") == "Title");
}

TEST_CASE("the CSV of a suite has one line per point", "[validation]") {
  const auto result = two();
  CHECK(toCsv(std::vector{result}) ==
        "suite,id,group,metric,engine,reference,simulated,relative_error,tolerance,verdict,reason\n"
        "some,a/1,A,time,cycle,2,2.1,0.05,0.1,within,\n"
        "some,a/2,A,time,,2,,,,not covered,\"no such model, sorry\"\n");
}

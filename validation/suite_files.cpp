#include "report/csv.hpp"
#include "validation/suite_report.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace einsight::validation {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json pointJson(const Outcome& outcome) {
  return {{"id", outcome.id},
          {"metric", outcome.metric},
          {"group", outcome.group},
          {"engine", outcome.engine.empty() ? Json(nullptr) : Json(outcome.engine)},
          {"reference", number(outcome.reference)},
          {"simulated", number(outcome.simulated)},
          {"relative_error", number(outcome.relativeError)},
          {"tolerance", outcome.tolerance > 0 ? Json(outcome.tolerance) : Json(nullptr)},
          {"verdict", name(outcome.verdict)},
          {"fitted", outcome.fitted},
          {"reason", outcome.reason.empty() ? Json(nullptr) : Json(outcome.reason)}};
}

Json suiteJson(const SuiteResult& result) {
  Json points = Json::array();
  for (const auto& outcome : result.points) {
    points.push_back(pointJson(outcome));
  }
  Json tables = Json::array();
  for (const auto& exhibit : result.exhibits) {
    tables.push_back({{"title", exhibit.title},
                      {"columns", exhibit.columns},
                      {"rows", exhibit.rows},
                      {"notes", exhibit.sentences}});
  }
  const auto& summary = result.summary;
  return {{"name", result.name},
          {"points", std::move(points)},
          {"summary",
           {{"count", summary.count},
            {"not_covered", summary.notCovered},
            {"informative", summary.informative},
            {"known", summary.known},
            {"outside", summary.outside},
            {"mean_abs_rel_error", summary.meanAbsoluteError},
            {"max_abs_rel_error", summary.maxAbsoluteError},
            {"kendall_tau", number(summary.kendallTau)},
            {"passed", result.passed}}},
          {"tables", std::move(tables)}};
}

std::string csvOf(const std::optional<double>& value) {
  return report::csvNumber(value.value_or(std::numeric_limits<double>::quiet_NaN()));
}

} // namespace

std::string toJson(std::span<const SuiteResult> results) {
  Json suites = Json::array();
  for (const auto& result : results) {
    suites.push_back(suiteJson(result));
  }
  return Json{{"suites", std::move(suites)}}.dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

std::string toCsv(std::span<const SuiteResult> results) {
  auto out = report::csvLine({"suite", "id", "group", "metric", "engine", "reference", "simulated",
                              "relative_error", "tolerance", "verdict", "reason"});
  for (const auto& result : results) {
    for (const auto& outcome : result.points) {
      out += report::csvLine({result.name, outcome.id, outcome.group, outcome.metric,
                              outcome.engine, csvOf(outcome.reference), csvOf(outcome.simulated),
                              csvOf(outcome.relativeError),
                              outcome.tolerance > 0 ? report::csvNumber(outcome.tolerance) : "",
                              std::string(name(outcome.verdict)), outcome.reason});
    }
  }
  return out;
}

} // namespace einsight::validation

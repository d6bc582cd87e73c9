#include "cli/compare_text.hpp"

#include "core/format.hpp"
#include "core/text.hpp"
#include "report/shell.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using Json = nlohmann::ordered_json;
using report::Table;

std::string countOf(double value) {
  return core::binaryCount(static_cast<std::int64_t>(value));
}

std::string tableOf(const CompareRequest& request, const Comparison& comparison,
                    const std::string& phase, const std::string& machine,
                    const report::Style& style) {
  Table table({{request.parameter},
               {"workload", Table::Align::Left},
               {"time"},
               {"against first"},
               {"cache"},
               {"operations"},
               {"busiest", Table::Align::Left},
               {"busy"},
               {"mapping", Table::Align::Left}});
  std::optional<double> first;
  double value = -1;
  for (const auto& point : comparison.points) {
    if (point.phase != phase || point.machine != machine) {
      continue;
    }
    const bool next = point.value != value;
    if (next) {
      first = point.seconds;
      value = point.value;
    }
    const auto cache = point.cacheBytes ? core::formatBytes(*point.cacheBytes) : "";
    if (!point.seconds) {
      table.row({next ? countOf(value) : "", point.workload, "-", "", cache,
                 core::formatLarge(point.operations), point.problem});
      continue;
    }
    table.row({next ? countOf(value) : "", point.workload, core::formatSeconds(*point.seconds),
               first ? fmt::format("{:.3g}x", *first / *point.seconds) : "", cache,
               core::formatLarge(point.operations), point.busiest,
               core::formatPercent(point.utilization), point.mapping});
  }
  return table.empty() ? std::string()
                       : report::bold(fmt::format("{} on {}", phase, machine), style) + "\n" +
                             table.render(style) + "\n";
}

/// What simulates one point by itself.
std::string commandOf(const CompareRequest& request, const ComparePoint& point,
                      const std::vector<std::string>& settings) {
  auto out = "einsight run -w " + report::shellWord(point.workload) + " -a " +
             report::shellWord(point.machine);
  out += request.mapping.empty() ? "" : " -m " + report::shellWord(request.mapping);
  auto values = fmt::format("{}={}", request.parameter, countOf(point.value));
  for (const auto& setting : settings) {
    values += "," + setting;
  }
  out += " --set " + report::shellWord(values);
  return request.engine == "cycle" ? out : out + " --engine " + request.engine;
}

} // namespace

std::string toText(const CompareRequest& request, const Comparison& comparison,
                   const report::Style& style) {
  std::string out;
  for (const std::string phase : {"prefill", "decode"}) {
    for (const auto& machine : request.machines) {
      out += tableOf(request, comparison, phase, machine, style);
      for (const auto& each : comparison.crossovers) {
        if (each.phase == phase && each.machine == machine) {
          out += fmt::format("  {} is faster than {} from {} = {} on (between {} and {})\n",
                             each.faster, each.slower, request.parameter,
                             core::formatCount(std::llround(each.at)), countOf(each.between),
                             countOf(each.until));
        }
      }
      out += out.empty() || out.ends_with("\n\n") ? "" : "\n";
    }
  }
  if (comparison.crossovers.empty()) {
    out += fmt::format("  no two of them change places over this range of {}\n", request.parameter);
  }
  return out +
         "  time of one layer; cache: bytes of a layer and sequence that decoding keeps; "
         "operations: a multiply-accumulate counts 2; sizes that --set does not give are each "
         "workload's own\n";
}

std::string toJson(const CompareRequest& request, const Comparison& comparison,
                   const std::vector<std::string>& settings) {
  Json points = Json::array();
  for (const auto& point : comparison.points) {
    points.push_back({{"phase", point.phase},
                      {"mechanism", mechanismName(point.workload)},
                      {"workload", point.workload},
                      {"machine", point.machine},
                      {"mapping", point.mapping},
                      {request.parameter, point.value},
                      {"seconds", point.seconds ? Json(*point.seconds) : Json()},
                      {"cache_bytes", point.cacheBytes ? Json(*point.cacheBytes) : Json()},
                      {"operations", point.operations},
                      {"busiest", point.busiest},
                      {"utilization", point.utilization},
                      {"reason", point.problem},
                      {"command", commandOf(request, point, settings)}});
  }
  Json crossovers = Json::array();
  for (const auto& each : comparison.crossovers) {
    crossovers.push_back({{"phase", each.phase},
                          {"machine", each.machine},
                          {"faster", each.faster},
                          {"slower", each.slower},
                          {"between", {each.between, each.until}},
                          {"at", each.at}});
  }
  const Json json{{"parameter", request.parameter},
                  {"engine", request.engine},
                  {"points", std::move(points)},
                  {"crossovers", std::move(crossovers)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace einsight::cli

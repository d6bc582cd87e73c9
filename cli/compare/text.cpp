#include "cli/compare/text.hpp"

#include "core/format.hpp"
#include "core/text.hpp"
#include "report/shell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using Json = nlohmann::ordered_json;
using report::Table;

std::string countOf(double value) {
  return core::binaryCount(static_cast<std::int64_t>(value));
}

/// Why points of a table were not simulated, each reason once with the values it is for.
std::string reasonsOf(const CompareRequest& request, const Comparison& comparison,
                      const std::string& phase, const std::string& machine) {
  struct Reason {
    std::string workload, problem;
    std::vector<std::string> values;
  };
  std::vector<Reason> reasons;
  for (const auto& point : comparison.points) {
    if (point.phase != phase || point.machine != machine || point.seconds) {
      continue;
    }
    auto found = std::find_if(reasons.begin(), reasons.end(), [&](const Reason& each) {
      return each.workload == point.workload && each.problem == point.problem;
    });
    if (found == reasons.end()) {
      found = reasons.insert(reasons.end(), {point.workload, point.problem, {}});
    }
    found->values.push_back(countOf(point.value));
  }
  std::string out;
  for (const auto& each : reasons) {
    out += fmt::format("  {} at {} = {}: {}\n", each.workload, request.parameter,
                       fmt::join(each.values, ", "), each.problem);
  }
  return out;
}

/// Which workloads ran without what --set gives, and which have no form that decodes.
std::string exceptionsOf(const CompareRequest& request, const Comparison& comparison) {
  std::string out;
  for (const auto& [workload, names] : comparison.without) {
    const bool form = comparison.without.contains(mechanismName(workload));
    if (!form || mechanismName(workload) == workload) {
      out +=
          fmt::format("  {} has no {}: it runs without\n", workload, fmt::join(names, " and no "));
    }
  }
  for (const auto& [workload, name] : comparison.context) {
    out += fmt::format("  {} is a token after a context of that {}: its parameter {}\n", workload,
                       request.parameter, name);
  }
  std::set<std::int64_t> batches;
  std::vector<std::string> sequences;
  for (const auto& point : comparison.points) {
    if (point.batch && point.value == comparison.points.front().value) {
      batches.insert(*point.batch);
      const auto text = fmt::format("{} {}", point.workload, *point.batch);
      if (std::find(sequences.begin(), sequences.end(), text) == sequences.end()) {
        sequences.push_back(text);
      }
    }
  }
  if (batches.size() > 1) {
    out += fmt::format("  sequences at once: {}; --set B=1 makes them alike\n",
                       fmt::join(sequences, ", "));
  }
  std::set<std::string> decoding;
  for (const auto& point : comparison.points) {
    if (point.phase == "decode") {
      decoding.insert(mechanismName(point.workload));
    }
  }
  for (const auto& workload : request.workloads) {
    if (!decoding.empty() && !decoding.contains(mechanismName(workload))) {
      out += fmt::format("  {} has no form that decodes\n", workload);
    }
  }
  return out;
}

std::string tableOf(const CompareRequest& request, const Comparison& comparison,
                    const std::string& phase, const std::string& machine,
                    const report::Style& style) {
  const bool several = request.workloads.size() > 1;
  std::vector<Table::Column> columns{
      {request.parameter}, {"workload", Table::Align::Left}, {"time"}};
  if (several) {
    columns.push_back({"against first"});
  }
  for (const auto& column : {Table::Column{"cache"}, Table::Column{"operations"},
                             Table::Column{"busiest", Table::Align::Left}, Table::Column{"busy"},
                             Table::Column{"mapping", Table::Align::Left}}) {
    columns.push_back(column);
  }
  Table table(std::move(columns));
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
    const auto& seconds = point.seconds;
    std::vector<std::string> row{next ? countOf(value) : "", point.workload,
                                 seconds ? core::formatSeconds(*seconds) : "-"};
    if (several) {
      row.push_back(first && seconds ? core::formatNumber(*first / *seconds) + "x" : "");
    }
    row.push_back(point.cacheBytes ? core::formatBytes(*point.cacheBytes) : "");
    row.push_back(point.operations > 0 ? core::formatLarge(point.operations) : "");
    if (seconds) {
      row.insert(row.end(), {point.busiest, core::formatPercent(point.utilization), point.mapping});
    }
    table.row(std::move(row));
  }
  return table.empty()
             ? std::string()
             : report::bold(fmt::format("{} on {}", phase, machine), style) + "\n" +
                   table.render(style) + reasonsOf(request, comparison, phase, machine) + "\n";
}

/// What simulates one point by itself.
std::string commandOf(const CompareRequest& request, const Comparison& comparison,
                      const ComparePoint& point, const std::vector<std::string>& settings) {
  const auto found = comparison.without.find(point.workload);
  const auto lacks = [&](const std::string& name) {
    return found != comparison.without.end() && found->second.contains(name);
  };
  auto out = "einsight run -w " + report::shellWord(point.workload) + " -a " +
             report::shellWord(point.machine);
  out += request.mapping.empty() ? "" : " -m " + report::shellWord(request.mapping);
  std::vector<std::string> values;
  if (!lacks(request.parameter)) {
    const auto context = comparison.context.find(point.workload);
    values.push_back(fmt::format(
        "{}={}", context == comparison.context.end() ? request.parameter : context->second,
        countOf(point.value)));
  }
  for (const auto& setting : settings) {
    if (!lacks(setting.substr(0, setting.find('=')))) {
      values.push_back(setting);
    }
  }
  out += values.empty() ? ""
                        : " --set " + report::shellWord(fmt::format("{}", fmt::join(values, ",")));
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
  out += exceptionsOf(request, comparison);
  if (comparison.crossovers.empty() && request.workloads.size() > 1 && request.values.size() > 1) {
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
                      {"batch", point.batch ? Json(*point.batch) : Json()},
                      {"busiest", point.busiest},
                      {"utilization", point.utilization},
                      {"reason", point.problem},
                      {"command", commandOf(request, comparison, point, settings)}});
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

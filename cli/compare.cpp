#include "cli/command.hpp"
#include "cli/compare_points.hpp"
#include "cli/engines.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "core/format.hpp"
#include "core/text.hpp"
#include "explore/sweep/values.hpp"
#include "report/table.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using Json = nlohmann::ordered_json;
using report::Table;

struct Options {
  std::vector<std::string> workloads, machines, settings;
  std::string mapping, engine = "cycle";
};

/// Takes the one setting with several values out of the texts.
void readRange(Options& options, CompareRequest& request, core::Problems& problems) {
  std::vector<std::string> ranges;
  std::erase_if(options.settings, [&](const std::string& text) {
    const bool range = text.find("..") != std::string::npos;
    if (range) {
      ranges.push_back(text);
    }
    return range;
  });
  if (ranges.empty()) {
    ranges.emplace_back("L=1K..64K");
  }
  const auto equals = ranges.front().find('=');
  if (ranges.size() > 1 || equals == std::string::npos || equals == 0) {
    problems.push_back({{{}, 0, 0, "--set"},
                        fmt::format("{} ranges: a comparison runs along one", ranges.size()),
                        "give one range, such as L=4K..1M, and one value of everything else"});
    return;
  }
  request.parameter = ranges.front().substr(0, equals);
  const auto values = explore::sweep::parseValues(ranges.front().substr(equals + 1));
  if (!values) {
    problems.push_back(
        {{{}, 0, 0, "--set " + ranges.front()}, values.error().what, values.error().help});
  } else if (request.parameter.find('.') != std::string::npos) {
    problems.push_back({{{}, 0, 0, "--set " + ranges.front()},
                        "a comparison runs along a parameter of the workloads",
                        "einsight sweep varies machines and mappings"});
  } else {
    request.values = *values;
  }
}

std::string countOf(double value) {
  return core::binaryCount(static_cast<std::int64_t>(value));
}

Json toJson(const CompareRequest& request, const Comparison& comparison) {
  Json points = Json::array();
  for (const auto& point : comparison.points) {
    points.push_back({{"phase", point.phase},
                      {"workload", point.workload},
                      {"machine", point.machine},
                      {"mapping", point.mapping},
                      {request.parameter, point.value},
                      {"seconds", point.seconds ? Json(*point.seconds) : Json()},
                      {"cache_bytes", point.cacheBytes ? Json(*point.cacheBytes) : Json()},
                      {"operations", point.operations},
                      {"busiest", point.busiest},
                      {"utilization", point.utilization},
                      {"reason", point.problem}});
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
  return {{"parameter", request.parameter},
          {"engine", request.engine},
          {"points", std::move(points)},
          {"crossovers", std::move(crossovers)}};
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

std::string toText(const CompareRequest& request, const Comparison& comparison,
                   const report::Style& style) {
  std::string out;
  for (const std::string phase : {"prefill", "decode"}) {
    for (const auto& machine : request.machines) {
      out += tableOf(request, comparison, phase, machine, style);
      for (const auto& each : comparison.crossovers) {
        if (each.phase == phase && each.machine == machine) {
          out +=
              fmt::format("  {} is faster than {} from {} = {} on (between {} and {})\n",
                          each.faster, each.slower, request.parameter, core::formatLarge(each.at),
                          countOf(each.between), countOf(each.until));
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

core::Expected<Answer> work(Options options) {
  core::Problems problems;
  CompareRequest request;
  readRange(options, request, problems);
  auto settings = readSettings(options.settings, problems);
  const auto engine = checkEngine(options.engine);
  problems.insert(problems.end(), engine.begin(), engine.end());
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  request.workloads = options.workloads;
  request.machines = options.machines;
  request.mapping = options.mapping;
  request.engine = options.engine;
  request.workload = std::move(settings.workload);
  request.machine = std::move(settings.machine);
  request.mappingSettings = std::move(settings.mapping);
  ProgressBar bar("comparing");
  return compare(request, [&](double part) { bar.show(part); }).map([&](const Comparison& found) {
    return Answer{
        toText(request, found, stdoutStyle()), toJson(request, found).dump(2) + "\n", false, {}};
  });
}

} // namespace

Work addCompare(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("-w,--workload", given->workloads, "names or files: mha,mla,nsa")
      ->delimiter(',')
      ->required();
  options.add_option("-a,--arch", given->machines, "names or files: h100,fusemax")
      ->delimiter(',')
      ->required();
  options.add_option("-m,--mapping", given->mapping, "one mapping for all; default: each its own");
  options.add_option("--set", given->settings, "L=4K..1M,H=16: one range, any values")
      ->delimiter(',');
  options.add_option("--engine", given->engine, "analytic or cycle");
  return [given] { return work(*given); };
}

} // namespace einsight::cli

#include "core/format.hpp"
#include "core/text.hpp"
#include "report/detail/sections.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace einsight::report::detail {
namespace {

/// What was simulated on one machine, or of one workload on all machines.
struct Part {
  std::string id, title, machine; ///< machine: empty for all
};

std::vector<std::string> distinct(const Json& points, const char* key) {
  std::vector<std::string> out;
  for (const auto& point : points) {
    auto value = point.at(key).get<std::string>();
    if (std::find(out.begin(), out.end(), value) == out.end()) {
      out.push_back(std::move(value));
    }
  }
  return out;
}

bool belongs(const Json& row, const Part& part) {
  return part.machine.empty() || textAt(row, "machine") == part.machine;
}

DataTable pointsTable(const Json& json, const Part& part, const std::string& parameter) {
  DataTable table(
      part.id, part.title,
      {textColumn("phase", "phase"), textColumn("mechanism", "mechanism"),
       textColumn("workload", "workload"), textColumn("machine", "machine"),
       textColumn("mapping", "mapping"), numberColumn("seconds", "time of one layer", "s"),
       numberColumn("cache_bytes", "cache", "B"),
       numberColumn("operations", "operations of a layer", "op"),
       textColumn("busiest", "busiest unit"), numberColumn("utilization", "its use", "share"),
       textColumn("reason", "reason"), textColumn("command", "command")});
  std::vector<double> lengths;
  for (const auto& point : json.at("points")) {
    if (!belongs(point, part)) {
      continue;
    }
    const double cache = numberAt(point, "cache_bytes");
    table.addRow({point.at("phase").get<std::string>(), point.at("mechanism").get<std::string>(),
                  point.at("workload").get<std::string>(), point.at("machine").get<std::string>(),
                  textAt(point, "mapping"), numberAt(point, "seconds"),
                  cache > 0 ? cache : kUnknown, numberAt(point, "operations"),
                  textAt(point, "busiest"), numberAt(point, "utilization"), textAt(point, "reason"),
                  textAt(point, "command")});
    lengths.push_back(numberAt(point, parameter.c_str()));
  }
  auto column = numberColumn(parameter, parameter);
  column.setting = true;
  column.numbers = std::move(lengths);
  table.addColumn(std::move(column), 2);
  return table;
}

/// The time of a mechanism at a length between two that were simulated, on a straight line between
/// them on logarithmic axes.
double timeAt(const DataTable& points, const Json& crossing, const std::string& parameter) {
  const auto [low, high] = crossing.at("between").get<std::pair<double, double>>();
  double first = kUnknown, last = kUnknown;
  for (std::size_t row = 0; row < points.rows(); ++row) {
    if (points.column("phase")->texts[row] != textAt(crossing, "phase") ||
        points.column("mechanism")->texts[row] != textAt(crossing, "faster") ||
        points.column("machine")->texts[row] != textAt(crossing, "machine")) {
      continue;
    }
    const double length = points.column(parameter)->numbers[row];
    const double seconds = points.column("seconds")->numbers[row];
    first = length == low ? seconds : first;
    last = length == high ? seconds : last;
  }
  const double part = std::log(numberAt(crossing, "at") / low) / std::log(high / low);
  return first * std::pow(last / first, part);
}

DataTable crossingsTable(const Json& json, const Part& part, const DataTable& points,
                         const std::string& parameter) {
  DataTable table(part.id + "-crossings", "Where mechanisms change places",
                  {textColumn("phase", "phase"), textColumn("machine", "machine"),
                   textColumn("faster", "faster from there on"), textColumn("slower", "slower"),
                   numberColumn("at", parameter + " at the crossing"),
                   numberColumn("between", "simulated before"),
                   numberColumn("until", "simulated after"),
                   numberColumn("seconds", "time at the crossing", "s")});
  for (const auto& crossing : json.at("crossovers")) {
    if (belongs(crossing, part)) {
      const auto [low, high] = crossing.at("between").get<std::pair<double, double>>();
      table.addRow(
          {crossing.at("phase").get<std::string>(), crossing.at("machine").get<std::string>(),
           crossing.at("faster").get<std::string>(), crossing.at("slower").get<std::string>(),
           numberAt(crossing, "at"), low, high, timeAt(points, crossing, parameter)});
    }
  }
  addCommand(table, commandOf(json));
  return table;
}

Chart chartOf(const Part& part, const std::string& parameter, bool byMachine) {
  Chart chart{part.id,
              "comparison",
              part.title,
              "The shape of a mark is the unit that is used most. A ring is where two lines cross, "
              "on a straight line between two simulated points.",
              part.id,
              {{"x", parameter},
               {"colour", byMachine ? "machine" : "mechanism"},
               {"time", "seconds"},
               {"operations", "operations"},
               {"cache", "cache_bytes"},
               {"shape", "busiest"},
               {"phase", "phase"}}};
  chart.more = part.id + "-crossings";
  chart.wide = true;
  return chart;
}

std::vector<Part> partsOf(const std::string& id, const std::vector<std::string>& mechanisms,
                          const std::vector<std::string>& machines, const std::string& parameter) {
  std::vector<Part> parts;
  if (mechanisms.size() == 1 && machines.size() > 1) {
    return {{id, fmt::format("{} over {}", mechanisms.front(), parameter), {}}};
  }
  for (const auto& machine : machines) {
    parts.push_back(
        {parts.empty() ? id : fmt::format("{}-{}", id, parts.size() + 1),
         fmt::format("{} over {} on {}", mechanisms.size() == 1 ? mechanisms.front() : "Mechanisms",
                     parameter, machine),
         machine});
  }
  return parts;
}

void addSentences(const DataTable& crossings, const std::string& parameter, Section& section) {
  const auto text = [&](const char* name, std::size_t row) {
    return crossings.column(name)->texts[row];
  };
  const auto length = [&](const char* name, std::size_t row) {
    return core::binaryCount(static_cast<std::int64_t>(crossings.column(name)->numbers[row]));
  };
  for (std::size_t row = 0; row < crossings.rows(); ++row) {
    section.notes.push_back(fmt::format(
        "{} on {}: {} is faster than {} from {} = {} on "
        "(between {} and {})",
        text("phase", row), text("machine", row), text("faster", row), text("slower", row),
        parameter, core::formatCount(std::llround(crossings.column("at")->numbers[row])),
        length("between", row), length("until", row)));
  }
}

} // namespace

void addComparison(const Answer& answer, Document& document) {
  const auto& json = answer.json;
  const auto parameter = json.at("parameter").get<std::string>();
  const auto mechanisms = distinct(json.at("points"), "mechanism");
  const auto machines = distinct(json.at("points"), "machine");
  const auto id = fmt::format("compare-{}", document.sections.size() + 1);
  Section section{id, fmt::format("{} compared", fmt::join(mechanisms, ", ")),
                  fmt::format("on {}, {} engine", fmt::join(machines, ", "),
                              json.at("engine").get<std::string>()),
                  commandOf(json)};
  for (const auto& part : partsOf(id, mechanisms, machines, parameter)) {
    auto points = pointsTable(json, part, parameter);
    auto crossings = crossingsTable(json, part, points, parameter);
    addSentences(crossings, parameter, section);
    section.charts.push_back(chartOf(part, parameter, part.machine.empty()));
    section.tables.push_back(points.id());
    section.tables.push_back(crossings.id());
    document.tables.push_back(std::move(points));
    document.tables.push_back(std::move(crossings));
  }
  if (section.notes.empty()) {
    section.notes.push_back(
        fmt::format("no two of them change places over this range of {}", parameter));
  }
  document.sections.push_back(std::move(section));
}

} // namespace einsight::report::detail

#include "report/detail/sections.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace einsight::report::detail {
namespace {

constexpr std::size_t kMostLines = 2000;   ///< points of a chart of lines
constexpr std::size_t kMostBars = 240;     ///< points of a chart of bars
constexpr std::size_t kMostNamedBars = 60; ///< of those with a name beside each
constexpr std::size_t kMostShapes = 5;     ///< of marks that are told apart at a glance

std::size_t valuesOf(const DataColumn& column) {
  if (column.text) {
    return std::set<std::string>(column.texts.begin(), column.texts.end()).size();
  }
  std::set<double> seen;
  for (const double value : column.numbers) {
    if (value == value) {
      seen.insert(value);
    }
  }
  return seen.size();
}

bool varies(const DataColumn& column) {
  return valuesOf(column) > 1;
}

/// Names of columns, those of numbers first that vary and are settings.
struct Axes {
  std::vector<std::string> parameters; ///< settings with numbers that vary
  std::vector<std::string> categories; ///< texts that vary, and other settings
  std::vector<std::string> metrics;    ///< results that vary
};

Axes axesOf(const DataTable& table) {
  Axes axes;
  for (const auto& column : table.columns()) {
    if (column.name == "number" || !varies(column)) {
      continue;
    }
    if (column.text) {
      axes.categories.push_back(column.name);
    } else {
      (column.setting ? axes.parameters : axes.metrics).push_back(column.name);
    }
  }
  const auto points = [&](const std::string& name) {
    const auto& numbers = table.column(name)->numbers;
    return std::set<double>(numbers.begin(), numbers.end()).size();
  };
  std::stable_sort(axes.parameters.begin(), axes.parameters.end(),
                   [&](const auto& a, const auto& b) { return points(a) > points(b); });
  return axes;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// `names` with `first` at the front, if it is among them.
std::vector<std::string> startingWith(const std::string& first, std::vector<std::string> names) {
  const auto found = std::find(names.begin(), names.end(), first);
  if (found != names.end()) {
    std::rotate(names.begin(), found, found + 1);
  }
  return names;
}

std::vector<Filter> filtersOf(const Axes& axes, const std::string& without, bool single) {
  std::vector<Filter> filters;
  for (const auto& name : axes.parameters) {
    if (name != without) {
      filters.push_back({name, single});
    }
  }
  for (const auto& name : axes.categories) {
    if (!single && name != "pareto") {
      filters.push_back({name, false});
    }
  }
  return filters;
}

/// The column with that ending whose values are furthest apart.
std::string mostVaried(const DataTable& table, const std::vector<std::string>& names,
                       const std::string& ending) {
  std::string most;
  double widest = 0;
  for (const auto& name : names) {
    if (name.ends_with(ending)) {
      double low = std::numeric_limits<double>::infinity(), high = -low;
      for (const double value : table.column(name)->numbers) {
        low = std::min(low, std::isnan(value) ? low : value);
        high = std::max(high, std::isnan(value) ? high : value);
      }
      if (high - low > widest) {
        widest = high - low;
        most = name;
      }
    }
  }
  return most;
}

/// What colours tell apart: designs, or else the parameter that is not drawn across.
std::string seriesOf(const Axes& axes) {
  return has(axes.categories, "design") ? "design"
         : axes.parameters.size() > 1   ? axes.parameters[1]
                                        : "workload";
}

/// Any column against any other, with the front of what is shown.
Chart explorer(const DataTable& table, const Axes& axes, const std::vector<std::string>& objectives,
               const std::vector<std::string>& per) {
  const auto& id = table.id();
  auto columns = axes.metrics;
  columns.insert(columns.end(), axes.parameters.begin(), axes.parameters.end());
  if (columns.empty()) { // a single point
    columns.emplace_back("seconds");
  }
  auto colours = axes.categories;
  colours.insert(colours.end(), axes.parameters.begin(), axes.parameters.end());
  if (!has(colours, "pareto")) {
    colours.emplace_back("pareto");
  }
  std::vector<std::string> shown;
  for (const auto& objective : objectives) {
    if (has(columns, objective)) {
      shown.push_back(objective);
    }
  }
  const auto y = shown.empty() ? columns.back() : shown[shown.size() > 1 ? 1 : 0];
  const auto other = std::find_if(axes.metrics.begin(), axes.metrics.end(), [](const auto& name) {
    return name != "seconds" && name != "cycles"; // either stands for the other
  });
  const auto x = shown.size() > 1              ? shown[0]
                 : !axes.parameters.empty()    ? axes.parameters.front()
                 : other != axes.metrics.end() ? *other
                                               : columns.front();
  Chart chart{id + "-explorer", "explorer", "Every point",
              "The line joins the points that no other point shown beats in both directions. Drag "
              "to select points for the table, click one to keep its command.",
              id};
  auto series = seriesOf(axes);
  if (!per.empty()) {
    chart.caption = "A line joins the points that no other point shown of the same " +
                    fmt::format("{}", fmt::join(per, " and ")) +
                    " beats in both directions. Drag to select points for the table, click one to "
                    "keep its command.";
    chart.placeholders = {{"per", "group"}};
    if (shown.size() > 1) { // else it is drawn over a parameter, a colour for each design
      series = per.size() == 1 ? per.front() : "group";
    }
  }
  // What colours do not tell apart, shapes do where they are few.
  for (const auto* name : {"mapping", "machine", "workload"}) {
    if (series != "design" && has(axes.categories, name) && name != series &&
        valuesOf(*table.column(name)) <= kMostShapes) {
      chart.placeholders.emplace_back("shape", name);
      break;
    }
  }
  chart.wide = true;
  chart.choices = {{"x", "across", startingWith(x, columns)},
                   {"y", "up", startingWith(y, columns)},
                   {"colour", "colour", startingWith(series, colours)}};
  chart.filters = filtersOf(axes, {}, false);
  return chart;
}

/// One objective of designs that differ in no number: a bar for each, if these are few and each is
/// one point.
std::optional<Chart> objectiveBars(const DataTable& table, const Axes& axes,
                                   const std::vector<std::string>& objectives) {
  const auto* designs = table.column("design");
  if (objectives.size() != 1 || !axes.parameters.empty() ||
      !has(axes.metrics, objectives.front()) || designs == nullptr ||
      table.rows() > kMostNamedBars ||
      std::set<std::string>(designs->texts.begin(), designs->texts.end()).size() != table.rows()) {
    return std::nullopt;
  }
  Chart chart{table.id() + "-objective",
              "bars",
              "The objective",
              "The only one of this sweep, a bar for each design.",
              table.id(),
              {{"x", objectives.front()}, {"y", "design"}}};
  chart.wide = true;
  return chart;
}

/// Speedups that anything but the baseline itself has.
std::vector<std::string> speedupColumns(const DataTable& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns()) {
    const auto tells = [](double speedup) { return std::isfinite(speedup) && speedup != 1; };
    if (column.name.starts_with("speedup") &&
        std::any_of(column.numbers.begin(), column.numbers.end(), tells)) {
      names.push_back(column.name);
    }
  }
  return names;
}

} // namespace

void addSweepCharts(const DataTable& table, const std::vector<std::string>& objectives,
                    const std::vector<std::string>& per, Section& section) {
  const auto& id = table.id();
  const auto axes = axesOf(table);
  const auto speedups = speedupColumns(table);
  const auto parameter = axes.parameters.empty() ? std::string() : axes.parameters.front();
  if (!speedups.empty() && table.rows() <= kMostBars) {
    Chart chart{id + "-speedup",
                "groups",
                "Speedup",
                "Time of the baseline over that of each design, at the same settings.",
                id,
                {{"x", parameter.empty() ? "design" : parameter}, {"colour", "design"}},
                {{"y", "baseline", speedups}},
                filtersOf(axes, parameter, true)};
    chart.wide = true;
    section.charts.push_back(std::move(chart));
  }
  if (!parameter.empty() && !axes.metrics.empty() && table.rows() <= kMostLines) {
    std::vector<std::string> metrics;
    for (const auto& name : axes.metrics) {
      if (!name.starts_with("speedup")) {
        metrics.push_back(name);
      }
    }
    const auto series = seriesOf(axes);
    const auto preferred = objectives.empty() ? "seconds" : objectives.front();
    const auto lines = [&](const char* end, const char* title, const std::string& first) {
      Chart chart{id + end,
                  "lines",
                  title,
                  "",
                  id,
                  {{"colour", series}},
                  {{"x", "across", axes.parameters}, {"y", "show", startingWith(first, metrics)}},
                  filtersOf(axes, parameter, true)};
      std::erase_if(chart.filters, [&](const Filter& filter) { return filter.column == series; });
      section.charts.push_back(std::move(chart));
    };
    lines("-lines", "Trends", preferred);
    if (const auto unit = mostVaried(table, metrics, ".utilization"); !unit.empty()) {
      lines("-utilisation", "Utilisation", unit);
    }
  }
  if (auto bars = objectiveBars(table, axes, objectives)) {
    section.charts.push_back(std::move(*bars));
  }
  const bool grouped = table.column("group") != nullptr;
  section.charts.push_back(
      explorer(table, axes, objectives, grouped ? per : std::vector<std::string>()));
}

} // namespace einsight::report::detail

#include "core/format.hpp"
#include "report/detail/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace einsight::report::detail {
namespace {

/// Points under the same roofs (exponentials left out: those depend on the run) share a picture.
std::string roofKey(const RooflinePoint& point) {
  std::string key;
  for (const auto& [name, perSecond] : point.roofs) {
    if (!name.starts_with("exp on ")) {
      key += fmt::format("{}={:.4g} ", name, perSecond);
    }
  }
  return key;
}

/// What the fastest unit reaches.
double peakOf(const RooflinePoint& point) {
  double peak = 0;
  for (const auto& [name, perSecond] : point.roofs) {
    const bool unit = !point.bytes.contains(name) && !name.starts_with("exp on ");
    peak = unit ? std::max(peak, perSecond) : peak;
  }
  return peak;
}

/// A name for each picture: the machines in it, with their peak where those are in several.
std::map<std::string, std::string> groupNames(const std::vector<RooflinePoint>& points) {
  std::map<std::string, std::set<std::string>> machines;
  std::map<std::string, double> peaks;
  for (const auto& point : points) {
    machines[roofKey(point)].insert(point.machine);
    peaks[roofKey(point)] = peakOf(point);
  }
  std::map<std::string, std::string> names;
  std::map<std::string, int> used;
  for (const auto& [key, of] : machines) {
    names[key] = of.size() <= 3 ? fmt::format("{}", fmt::join(of, ", "))
                                : fmt::format("{} and {} more", *of.begin(), of.size() - 1);
    ++used[names[key]];
  }
  std::map<std::string, int> taken;
  for (auto& [key, name] : names) {
    if (used[name] > 1) {
      name += fmt::format(", {}op/s", core::formatLarge(peaks[key]));
    }
    if (const int before = taken[name]++; before > 0) {
      name += fmt::format(" ({})", before + 1);
    }
  }
  return names;
}

DataTable pointsTable(const std::string& id, const std::vector<RooflinePoint>& points,
                      const std::map<std::string, std::string>& groups) {
  DataTable table(
      id, "Points of the roofline",
      {textColumn("group", "machine"), textColumn("run", "run"), textColumn("memory", "memory"),
       numberColumn("intensity", "operational intensity", "op/B"),
       numberColumn("performance", "performance", "op/s"),
       numberColumn("bound", "bound by the roofs", "op/s"),
       numberColumn("reached", "share of the bound", "share"), textColumn("command", "command")});
  for (const auto& point : points) {
    double compute = std::numeric_limits<double>::infinity();
    for (const auto& [name, perSecond] : point.roofs) {
      compute = name.starts_with("exp on ") ? std::min(compute, perSecond) : compute;
    }
    const double peak = peakOf(point);
    compute = std::min(compute, peak > 0 ? peak : compute);
    const double performance = point.flops / point.seconds;
    for (const auto& [memory, bytes] : point.bytes) {
      if (bytes <= 0) {
        continue;
      }
      const auto bandwidth = point.roofs.find(memory);
      const double intensity = point.flops / bytes;
      const double bound = std::min(
          compute, bandwidth == point.roofs.end() ? compute : bandwidth->second * intensity);
      table.addRow({groups.at(roofKey(point)), point.run, memory, intensity, performance,
                    std::isfinite(bound) ? bound : kUnknown,
                    std::isfinite(bound) ? performance / bound : kUnknown, point.command});
    }
  }
  return table;
}

/// A row for each distinct roof of each picture.
DataTable roofsTable(const std::string& id, const std::vector<RooflinePoint>& points,
                     const std::map<std::string, std::string>& groups) {
  DataTable table(id, "Roofs",
                  {textColumn("group", "machine"), textColumn("roof", "roof"),
                   textColumn("kind", "kind"), numberColumn("per_second", "per second"),
                   textColumn("run", "run")});
  std::set<std::string> seen;
  for (const auto& point : points) {
    for (const auto& [name, perSecond] : point.roofs) {
      const bool memory = point.bytes.contains(name);
      const auto* kind = memory                        ? "bandwidth"
                         : name.starts_with("exp on ") ? "exponentials"
                                                       : "compute";
      const auto group = groups.at(roofKey(point));
      if (seen.insert(fmt::format("{}|{}|{:.2g}", group, name, perSecond)).second) {
        table.addRow({group, name, kind, perSecond,
                      kind == std::string_view("exponentials") ? point.run : std::string()});
      }
    }
  }
  return table;
}

} // namespace

std::optional<Chart> addRoofline(const std::string& id, const std::vector<RooflinePoint>& points,
                                 Document& document) {
  std::vector<RooflinePoint> known;
  std::copy_if(points.begin(), points.end(), std::back_inserter(known),
               [](const RooflinePoint& point) {
                 return !point.roofs.empty() && point.seconds > 0 && point.flops > 0;
               });
  if (known.empty()) {
    return std::nullopt;
  }
  const auto groups = groupNames(known);
  document.tables.push_back(pointsTable(id, known, groups));
  document.tables.push_back(roofsTable(id + "-roofs", known, groups));
  Chart chart{id, "roofline", "Roofline",
              "Each run stands once per memory, at its operations per byte of that memory. Slopes "
              "are bandwidths. Level lines are what units reach with multiply-accumulates alone, "
              "and what the run would reach if only its exponentials took time.",
              id};
  chart.more = id + "-roofs";
  chart.wide = true;
  if (groups.size() > 1) {
    chart.filters.push_back({"group", true});
  }
  return chart;
}

} // namespace einsight::report::detail

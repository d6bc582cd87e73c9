#include "report/text.hpp"

#include "core/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::report {
namespace {

using Align = Table::Align;
using results::Result;

/// "1,892,989.73": exact up to hundredths.
std::string cyclesText(double cycles) {
  constexpr double kExact = 9e15;
  if (!(std::abs(cycles) < kExact)) {
    return fmt::format("{:.6g}", cycles);
  }
  const double hundredths = std::round(cycles * 100);
  const double whole = std::trunc(hundredths / 100);
  const auto rest = static_cast<int>(std::abs(hundredths - 100 * whole));
  const auto text = core::formatCount(static_cast<std::int64_t>(whole));
  return rest == 0 ? text : fmt::format("{}.{:02}", text, rest);
}

std::string share(double part, double whole) {
  return whole > 0 ? core::formatPercent(part / whole) : std::string("-");
}

std::string heading(const Result& result, const Style& style) {
  auto out =
      bold(fmt::format("{} on {}, mapping {}", result.workload, result.machine, result.mapping),
           style) +
      fmt::format(" ({} engine)\n\n", result.engine);
  const auto line = [&](std::string_view name, const std::string& value) {
    out += fmt::format("  {:<12}{}\n", name, value);
  };
  if (result.cycles) {
    line("cycles", cyclesText(*result.cycles));
  }
  line("time", core::formatSeconds(result.seconds));
  auto work = core::formatLarge(result.flops);
  if (result.seconds > 0) {
    work += " (" + core::formatLarge(result.flops / result.seconds) + " per second";
    work +=
        result.peakFlops
            ? fmt::format(", {} of the peak)",
                          core::formatPercent(result.flops / result.seconds / *result.peakFlops))
            : ")";
  }
  line("operations", work);
  line("energy", result.energy.total ? core::formatEnergy(*result.energy.total)
                                     : "unknown: " + result.energy.reason);
  line("area",
       result.areaUm2 ? core::formatArea(*result.areaUm2) : "unknown: " + result.areaReason);
  return out;
}

/// Busy and every stall: the cycles of the run, or the nanoseconds of a machine without a clock.
double spanOf(const results::UnitUse& unit) {
  const auto& stalls = unit.stalls;
  return unit.busyCycles + stalls.waitData + stalls.waitSpace + stalls.waitSync +
         stalls.waitBandwidth + stalls.waitIssue + stalls.idle;
}

std::string units(const Result& result, const Style& style) {
  const bool issues = std::any_of(result.units.begin(), result.units.end(),
                                  [](const auto& unit) { return unit.stalls.waitIssue > 0; });
  std::vector<Table::Column> columns{{"unit", Align::Left}, {"utilisation"}, {"busy"},
                                     {"waits for values"},  {"for room"},    {"at barriers"},
                                     {"for transfers"}};
  if (issues) {
    columns.push_back({"for issue"});
  }
  columns.push_back({"idle"});
  Table table(std::move(columns));
  for (const auto& unit : result.units) {
    const double cycles = result.cycles.value_or(spanOf(unit));
    std::vector<std::string> row{unit.name,
                                 core::formatPercent(unit.utilization),
                                 share(unit.busyCycles, cycles),
                                 share(unit.stalls.waitData, cycles),
                                 share(unit.stalls.waitSpace, cycles),
                                 share(unit.stalls.waitSync, cycles),
                                 share(unit.stalls.waitBandwidth, cycles)};
    if (issues) {
      row.push_back(share(unit.stalls.waitIssue, cycles));
    }
    row.push_back(share(unit.stalls.idle, cycles));
    table.row(std::move(row));
  }
  return table.empty() ? std::string() : "\n" + table.render(style);
}

std::string levels(const Result& result, const Style& style) {
  Table table({{"memory", Align::Left}, {"read"}, {"written"}});
  for (const auto& level : result.levels) {
    table.row({level.name, core::formatBytes(static_cast<double>(level.readBytes)),
               core::formatBytes(static_cast<double>(level.writeBytes))});
  }
  return table.empty() ? std::string() : "\n" + table.render(style);
}

std::string energy(const Result& result, const Style& style) {
  Table table({{"energy of", Align::Left}, {""}, {"share"}});
  double sum = 0;
  for (const auto& [component, picojoules] : result.energy.by) {
    sum += picojoules;
  }
  for (const auto& [component, picojoules] : result.energy.by) {
    table.row({component, core::formatEnergy(picojoules), share(picojoules, sum)});
  }
  return table.empty() ? std::string() : "\n" + table.render(style);
}

std::string einsums(const Result& result, const Style& style) {
  Table table({{"Einsum", Align::Left},
               {"unit", Align::Left},
               {"busy cycles"},
               {"utilisation"},
               {"operations", Align::Left}});
  for (const auto& einsum : result.einsums) {
    if (einsum.unit.empty()) {
      continue; // a view: renames, does nothing
    }
    std::string ops;
    for (const auto& [op, count] : einsum.ops) {
      ops += (ops.empty() ? "" : ", ") + op + " " + core::formatLarge(static_cast<double>(count));
    }
    table.row({einsum.name, einsum.unit, cyclesText(einsum.busyCycles),
               core::formatPercent(einsum.utilization), ops});
  }
  return table.empty() ? std::string() : "\n" + table.render(style);
}

std::string validated(const Result& result) {
  if (!result.validated) {
    return "  Nothing outside the simulator has been compared with answers of this kind.\n";
  }
  const auto& known = *result.validated;
  return fmt::format("  {}: mean error {} against published or measured numbers "
                     "(einsight validate {}).\n",
                     known.family, core::formatDifference(known.meanError), known.suite);
}

std::string provenance(const Result& result) {
  auto out = fmt::format("  einsight {}\n", result.version);
  for (const auto& [file, hash] : result.inputs) {
    out += fmt::format("  {}  {}\n", hash, file);
  }
  return out;
}

} // namespace

std::string text(const Result& result, const Style& style) {
  auto out = heading(result, style) + units(result, style) + levels(result, style) +
             kernels(result, style) + energy(result, style) + einsums(result, style);
  const auto part = [&](std::string_view title, const std::string& lines) {
    if (!lines.empty()) {
      out += "\n" + bold(title, style) + "\n" + lines;
    }
  };
  part("What limits it", limitingSentences(result));
  part("How well such answers are validated", validated(result));
  std::string notes;
  for (const auto& note : result.notes) {
    notes += "  " + note + "\n";
  }
  part("Notes", notes);
  part("Inputs", provenance(result));
  return out;
}

} // namespace einsight::report

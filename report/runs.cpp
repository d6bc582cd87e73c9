#include "core/format.hpp"
#include "report/detail/run_tables.hpp"
#include "report/detail/sections.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::report::detail {
namespace {

constexpr double kMm2PerUm2 = 1e-6;

double busiest(const Json& run) {
  double most = 0;
  for (const auto& [name, unit] : run.at("units").items()) {
    most = std::max(most, numberAt(unit, "utilization"));
  }
  return most;
}

/// The unit that gives most when it is twice as fast, if any limits the run.
std::string limitedBy(const Json& run) {
  std::string unit;
  double most = kLimitingGain;
  for (const auto& limit : run.at("limits")) {
    if (const double gain = numberAt(limit, "speedup_if_doubled"); gain >= most) {
      most = gain;
      unit = limit.at("unit").get<std::string>();
    }
  }
  return unit;
}

DataTable runsTable(const std::vector<Answer>& runs) {
  DataTable table("runs", "Runs",
                  {textColumn("file", "file"), textColumn("workload", "workload"),
                   textColumn("machine", "machine"), textColumn("mapping", "mapping"),
                   textColumn("engine", "engine"), numberColumn("cycles", "cycles", "cycles"),
                   numberColumn("seconds", "time", "s"), numberColumn("flops", "operations", "op"),
                   numberColumn("flops_per_second", "performance", "op/s"),
                   numberColumn("utilization", "utilisation of the busiest unit", "share"),
                   numberColumn("energy_j", "energy", "J"), numberColumn("area_mm2", "area", "mm²"),
                   textColumn("limited_by", "limited by"), textColumn("command", "command")});
  for (const auto& [input, run] : runs) {
    const double seconds = numberAt(run, "seconds"), flops = numberAt(run, "flops");
    table.addRow({stemOf(input.file), run.at("workload").get<std::string>(),
                  run.at("machine").get<std::string>(), run.at("mapping").get<std::string>(),
                  run.at("engine").get<std::string>(), numberAt(run, "cycles"), seconds, flops,
                  flops / seconds, busiest(run),
                  numberAt(run.at("energy_pj"), "total") * kJoulesPerPicojoule,
                  numberAt(run, "area_um2") * kMm2PerUm2, limitedBy(run), commandOf(run)});
  }
  addSettings(runs, 2, table);
  return table;
}

std::vector<RooflinePoint> rooflinePoints(const std::vector<Answer>& runs,
                                          const std::vector<std::string>& labels) {
  std::vector<RooflinePoint> points;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& run = runs[i].json;
    RooflinePoint point{labels[i],
                        textAt(run, "machine"),
                        commandOf(run),
                        numberAt(run, "flops"),
                        numberAt(run, "seconds"),
                        {},
                        {}};
    for (const auto& [name, level] : run.at("levels").items()) {
      point.bytes[name] = numberAt(level, "read_bytes") + numberAt(level, "write_bytes");
    }
    for (const auto& roof : run.value("roofs", Json::array())) {
      const auto* unit =
          roof.contains("bytes_per_second") ? "bytes_per_second" : "flops_per_second";
      point.roofs[roof.at("name").get<std::string>()] = numberAt(roof, unit);
    }
    points.push_back(std::move(point));
  }
  return points;
}

void addFacts(const DataTable& runs, Section& section) {
  const auto number = [&](const char* name) { return runs.column(name)->numbers.front(); };
  section.facts = {{"time", core::formatSeconds(number("seconds"))},
                   {"performance", core::formatLarge(number("flops_per_second")) + "op/s"},
                   {"busiest unit", core::formatPercent(number("utilization")), "utilisation"}};
  if (const double energy = number("energy_j"); energy == energy) {
    section.facts.push_back({"energy", core::formatEnergy(energy / kJoulesPerPicojoule)});
  }
  const auto& limit = runs.column("limited_by")->texts.front();
  section.facts.push_back({"limited by", limit.empty() ? "no unit alone" : limit});
}

/// Is anything but the baseline held against it?
bool compares(const DataTable& runs) {
  const auto* speedup = runs.column("speedup");
  return speedup != nullptr && std::count_if(speedup->numbers.begin(), speedup->numbers.end(),
                                             [](double value) { return std::isfinite(value); }) > 1;
}

void addCharts(const RunGroup& group, const Document& document, Section& section) {
  const bool several = group.several();
  if (compares(*document.table("runs"))) {
    section.charts.push_back({"runs-speedup",
                              "bars",
                              "Speedup",
                              "Time of the baseline over that of each run. Longer is faster.",
                              "runs",
                              {{"x", "speedup"}, {"y", "run"}}});
  }
  addUnitCharts(group, document, section);
  if (document.table("energy")->rows() > 0) {
    section.charts.push_back({"runs-energy",
                              "stack",
                              "Energy by component",
                              "",
                              "energy",
                              {{"x", "energy_j"}, {"y", "run"}, {"colour", "component"}},
                              {{"x", "show", {"energy_j", "share"}}}});
  }
  if (document.table("kernels")->rows() > group.runs.size()) {
    addPerPart(*document.table("kernels"), "kernel",
               {"runs-kernels",
                "bars",
                "Kernels",
                "Time of each kernel with its launch.",
                "",
                {{"x", "seconds"}},
                {{"x", "show", {"seconds", "tensor_cores", "lanes", "dram_read_bytes"}}}},
               several, section);
  }
}

} // namespace

void addRuns(const std::vector<Answer>& runs, const std::optional<Baseline>& baseline,
             Document& document) {
  auto table = runsTable(runs);
  const auto labels = labelsOf(table);
  table.addColumn(textColumn("run", "run", labels), 0);
  const bool several = runs.size() > 1;
  const auto held = baseline.value_or(Baseline{"run", labels.front()});
  if (several) {
    auto speedup = numberColumn("speedup", "speedup over " + held.value, "x");
    speedup.numbers = speedupsOver(table, held);
    table.addColumn(std::move(speedup), 1);
  }
  Section section{"runs",
                  several ? fmt::format("{} runs", runs.size())
                          : fmt::format("{} on {}", table.column("workload")->texts.front(),
                                        table.column("machine")->texts.front()),
                  several
                      ? std::string()
                      : fmt::format("mapping {}, engine {}", table.column("mapping")->texts.front(),
                                    table.column("engine")->texts.front()),
                  several ? std::string() : commandOf(runs.front().json)};
  if (!several) {
    addFacts(table, section);
    for (const auto& note : runs.front().json.at("notes")) {
      section.notes.push_back(note.get<std::string>());
    }
  }
  section.tables = {"runs"};
  document.tables.push_back(std::move(table));
  const RunGroup group{runs, labels, {}};
  for (auto* make : {unitsTable, energyTable, trafficTable, limitsTable, kernelsTable}) {
    document.tables.push_back(make(group));
  }
  if (document.table("kernels")->rows() > 0) {
    section.tables.emplace_back("kernels");
  }
  if (auto roofline = addRoofline("roofline", rooflinePoints(runs, labels), document)) {
    section.charts.push_back(std::move(*roofline));
  }
  addCharts(group, document, section);
  document.sections.push_back(std::move(section));
}

} // namespace einsight::report::detail

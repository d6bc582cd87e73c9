#include "report/detail/run_tables.hpp"

#include <array>

namespace einsight::report::detail {
namespace {

constexpr double kJoulesPerPicojoule = 1e-12;
constexpr std::array<std::pair<const char*, const char*>, 5> kStalls{
    {{"wait_bandwidth", "waits for transfers"},
     {"wait_data", "waits for values"},
     {"wait_space", "waits for room"},
     {"wait_sync", "waits at barriers"},
     {"idle", "idle"}}};

} // namespace

DataTable unitsTable(const std::vector<Answer>& runs, const std::vector<std::string>& labels) {
  DataTable table("units", "What every unit and port does",
                  {textColumn("run", "run"), textColumn("unit", "unit"),
                   textColumn("state", "state"), numberColumn("cycles", "cycles", "cycles"),
                   numberColumn("share", "share of the time", "share"),
                   numberColumn("utilization", "utilisation of the unit", "share"),
                   textColumn("command", "command")});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& run = runs[i].json;
    const double cycles = numberAt(run, "cycles");
    for (const auto& [name, unit] : run.at("units").items()) {
      const double used = numberAt(unit, "utilization");
      const auto add = [&](const char* state, double spent) {
        table.addRow({labels[i], name, state, spent, spent / cycles, used, commandOf(run)});
      };
      add("busy", numberAt(unit, "busy_cycles"));
      for (const auto& [key, state] : kStalls) {
        add(state, numberAt(unit.at("stalls"), key));
      }
    }
  }
  return table;
}

DataTable energyTable(const std::vector<Answer>& runs, const std::vector<std::string>& labels) {
  DataTable table("energy", "Energy by component",
                  {textColumn("run", "run"), textColumn("component", "component"),
                   numberColumn("energy", "energy", "J"), numberColumn("share", "share", "share"),
                   textColumn("command", "command")});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& energy = runs[i].json.at("energy_pj");
    const double total = numberAt(energy, "total");
    for (const auto& [component, picojoules] : energy.at("by").items()) {
      const double value = picojoules.is_null() ? kUnknown : picojoules.get<double>();
      table.addRow({labels[i], component, value * kJoulesPerPicojoule, value / total,
                    commandOf(runs[i].json)});
    }
  }
  return table;
}

DataTable trafficTable(const std::vector<Answer>& runs, const std::vector<std::string>& labels) {
  DataTable table("traffic", "Bytes per memory",
                  {textColumn("run", "run"), textColumn("memory", "memory"),
                   textColumn("direction", "direction"), numberColumn("bytes", "bytes", "B"),
                   textColumn("command", "command")});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const auto& [name, level] : runs[i].json.at("levels").items()) {
      for (const auto& [key, direction] :
           {std::pair("read_bytes", "read"), std::pair("write_bytes", "written")}) {
        table.addRow({labels[i], name, direction, numberAt(level, key), commandOf(runs[i].json)});
      }
    }
  }
  return table;
}

DataTable limitsTable(const std::vector<Answer>& runs, const std::vector<std::string>& labels) {
  DataTable table("limits", "Speedup if one unit or port were twice as fast",
                  {textColumn("run", "run"), textColumn("unit", "unit"),
                   numberColumn("speedup", "speedup if twice as fast", "x"),
                   textColumn("command", "command")});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const auto& limit : runs[i].json.at("limits")) {
      table.addRow({labels[i], limit.at("unit").get<std::string>(),
                    numberAt(limit, "speedup_if_doubled"), commandOf(runs[i].json)});
    }
  }
  return table;
}

} // namespace einsight::report::detail

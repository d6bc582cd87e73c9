#include "report/detail/run_tables.hpp"

#include "report/labels.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace einsight::report::detail {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 6> kStalls{
    {{"wait_bandwidth", "waits for transfers"},
     {"wait_data", "waits for values"},
     {"wait_space", "waits for room"},
     {"wait_sync", "waits at barriers"},
     {"wait_issue", "waits for issue"},
     {"idle", "idle"}}};

/// Busy and all stalls: the time of the run in the unit of its counters.
double wholeOf(const Json& unit) {
  double whole = numberAt(unit, "busy_cycles");
  for (const auto& [key, state] : kStalls) {
    whole += unit.at("stalls").contains(key) ? numberAt(unit.at("stalls"), key) : 0;
  }
  return whole;
}

} // namespace

bool RunGroup::clusters() const {
  return std::all_of(runs.begin(), runs.end(),
                     [](const Answer& run) { return run.json.at("cycles").is_null(); });
}

void addSettings(const std::vector<Answer>& runs, std::size_t place, DataTable& table) {
  static const Json kNone = Json::object();
  const auto settingsOf = [](const Json& run) -> const Json& {
    const Json::json_pointer at("/provenance/settings");
    return run.contains(at) ? run.at(at) : kNone;
  };
  std::set<std::string> names;
  for (const auto& each : runs) {
    for (const auto& [name, value] : settingsOf(each.json).items()) {
      names.insert(name);
    }
  }
  for (const auto& name : names) {
    std::vector<std::string> texts;
    for (const auto& each : runs) {
      texts.push_back(textAt(settingsOf(each.json), name.c_str()));
    }
    table.addColumn(settingColumn(name, std::move(texts)), place++);
  }
}

std::vector<std::string> labelsOf(const DataTable& runs) {
  std::vector<std::string> columns{"workload", "machine", "mapping", "engine"};
  for (const auto& column : runs.columns()) {
    if (column.setting) {
      columns.insert(columns.begin() + 1, column.name);
    }
  }
  auto labels = namesOf(runs, columns);
  const std::set<std::string> distinct(labels.begin(), labels.end());
  return distinct.size() == labels.size() ? labels : namesOf(runs, {"file"});
}

DataTable unitsTable(const RunGroup& group) {
  const auto& [runs, labels, before] = group;
  DataTable table(before + "units",
                  group.clusters() ? "What every device and link does"
                                   : "What every unit and port does",
                  {textColumn("run", "run"), textColumn("unit", "unit"),
                   textColumn("state", "state"), numberColumn("cycles", "cycles", "cycles"),
                   numberColumn("share", "share of the time", "share"),
                   numberColumn("utilization", "utilisation of the unit", "share"),
                   textColumn("command", "command")});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& run = runs[i].json;
    const bool clocked = !run.at("cycles").is_null();
    for (const auto& item : run.at("units").items()) {
      const auto& name = item.key();
      const auto& unit = item.value();
      const double used = numberAt(unit, "utilization");
      const double whole = clocked ? numberAt(run, "cycles") : wholeOf(unit);
      const auto add = [&](const char* state, double spent) {
        table.addRow({labels[i], name, state, clocked ? spent : kUnknown, spent / whole, used,
                      commandOf(run)});
      };
      add("busy", numberAt(unit, "busy_cycles"));
      for (const auto& [key, state] : kStalls) {
        if (unit.at("stalls").contains(key)) { // few units wait for issue
          add(state, numberAt(unit.at("stalls"), key));
        }
      }
    }
  }
  return table;
}

DataTable energyTable(const RunGroup& group) {
  const auto& [runs, labels, before] = group;
  DataTable table(before + "energy", "Energy by component",
                  {textColumn("run", "run"), textColumn("component", "component"),
                   numberColumn("energy_j", "energy", "J"), numberColumn("share", "share", "share"),
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

DataTable trafficTable(const RunGroup& group) {
  const auto& [runs, labels, before] = group;
  const bool links = group.clusters();
  DataTable table(before + "traffic", links ? "Bytes per link" : "Bytes per memory",
                  {textColumn("run", "run"), textColumn("memory", links ? "link" : "memory"),
                   textColumn("direction", "direction"), numberColumn("bytes", "bytes", "B"),
                   textColumn("command", "command")});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const auto& [name, level] : runs[i].json.at("levels").items()) {
      for (const auto& [key, direction] :
           {std::pair("read_bytes", links ? "sent" : "read"),
            std::pair("write_bytes", links ? "received" : "written")}) {
        table.addRow({labels[i], name, direction, numberAt(level, key), commandOf(runs[i].json)});
      }
    }
  }
  return table;
}

DataTable limitsTable(const RunGroup& group) {
  const auto& [runs, labels, before] = group;
  DataTable table(before + "limits", "Speedup if one unit or port were twice as fast",
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

DataTable kernelsTable(const RunGroup& group) {
  const auto& [runs, labels, before] = group;
  DataTable table(before + "kernels", "Kernels",
                  {textColumn("run", "run"), textColumn("kernel", "kernel"),
                   numberColumn("seconds", "time", "s"), numberColumn("launch", "launch", "s"),
                   numberColumn("clock", "clock", "Hz"),
                   numberColumn("tensor_cores", "utilisation of tensor cores", "share"),
                   numberColumn("lanes", "utilisation of lanes", "share"),
                   numberColumn("tail", "tail", "share"), numberColumn("masks", "masks", "share"),
                   numberColumn("l2_bytes", "read from L2", "B"),
                   numberColumn("dram_read_bytes", "read from DRAM", "B"),
                   numberColumn("dram_write_bytes", "written to DRAM", "B"),
                   numberColumn("ctas", "CTAs"), numberColumn("waves", "waves"),
                   textColumn("occupancy_limit", "what limits CTAs per SM"),
                   textColumn("command", "command")});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const auto& kernel : runs[i].json.value("kernels", Json::array())) {
      const auto& occupancy = kernel.at("occupancy");
      table.addRow({labels[i], kernel.at("name").get<std::string>(), numberAt(kernel, "seconds"),
                    numberAt(kernel, "launch_seconds"), numberAt(kernel, "hertz"),
                    numberAt(kernel, "tensor_core_utilization"),
                    numberAt(kernel, "lanes_utilization"), numberAt(kernel, "tail_share"),
                    numberAt(kernel, "mask_share"), numberAt(kernel, "l2_read_bytes"),
                    numberAt(kernel, "dram_read_bytes"), numberAt(kernel, "dram_write_bytes"),
                    numberAt(occupancy, "ctas"), numberAt(occupancy, "waves"),
                    textAt(occupancy, "limited_by"), commandOf(runs[i].json)});
    }
  }
  return table;
}

} // namespace einsight::report::detail

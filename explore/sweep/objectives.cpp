#include "explore/sweep/objectives.hpp"

#include <algorithm>

namespace einsight::explore::sweep {

const std::vector<Objective>& objectives() {
  static const std::vector<Objective> kObjectives{{"latency", "seconds", false},
                                                  {"energy", "energy_pj", false},
                                                  {"area", "area_um2", false},
                                                  {"edp", "edp_pj_s", false},
                                                  {"utilization", "utilization", true},
                                                  {"throughput", "tokens_per_s", true},
                                                  {"usd", "usd", false},
                                                  {"usd_per_mtoken", "usd_per_mtoken", false}};
  return kObjectives;
}

const Objective* objective(std::string_view name) {
  const auto& known = objectives();
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const auto& each) { return name == each.name; });
  return found == known.end() ? nullptr : &*found;
}

std::optional<double> valueOf(const results::SweepRow& row, std::string_view name) {
  const auto* known = objective(name);
  return known == nullptr ? std::nullopt : results::columnOf(row, known->column);
}

std::vector<double> valuesOf(const results::SweepRow& row, const std::vector<std::string>& names) {
  std::vector<double> out;
  for (const auto& name : names) {
    const auto value = valueOf(row, name);
    if (!row.meets || !value) {
      return {};
    }
    out.push_back(objective(name)->larger ? -*value : *value);
  }
  return out;
}

std::string groupOf(const results::SweepRow& row, const std::vector<std::string>& per) {
  std::string out;
  for (const auto& name : per) {
    out += out.empty() ? "" : ", ";
    out += name + "=";
    if (name == "workload" || name == "machine" || name == "mapping") {
      out += name == "workload" ? row.workload : name == "machine" ? row.machine : row.mapping;
    }
    for (const auto& [setting, value] : row.settings) {
      out += setting == name ? value : "";
    }
  }
  return out;
}

} // namespace einsight::explore::sweep

#pragma once
#include "results/sweep_row.hpp"

namespace einsight::explore::sweep {

/// An objective: the column that it reads, and whether large is good.
struct Objective {
  const char* name;
  const char* column;
  bool larger;
};
/// latency, energy, area, edp, utilization, throughput, usd, usd_per_mtoken.
const std::vector<Objective>& objectives();
/// By its name, or null.
const Objective* objective(std::string_view name);

/// What a row has of an objective; empty where it is unknown.
std::optional<double> valueOf(const results::SweepRow& row, std::string_view name);

/// The values of objectives, small is good; empty where one is unknown or the row does not count.
std::vector<double> valuesOf(const results::SweepRow& row, const std::vector<std::string>& names);

/// Rows are compared with those of the same group: "L=4096, machine=h100" for these names; "" for
/// none.
std::string groupOf(const results::SweepRow& row, const std::vector<std::string>& per);

} // namespace einsight::explore::sweep

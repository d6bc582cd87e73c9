#pragma once
#include "cli/compare/points.hpp"
#include "report/table.hpp"

namespace einsight::cli {

/// The answer of `compare` for people: a table for each phase and machine, and where workloads
/// change places.
std::string toText(const CompareRequest& request, const Comparison& comparison,
                   const report::Style& style);

/// The same as JSON: points{phase, mechanism, workload, machine, mapping, PARAMETER, seconds,
/// cache_bytes, operations, batch, busiest, utilization, reason, command} and crossovers.
/// `settings`: what
/// --set gave besides the range.
std::string toJson(const CompareRequest& request, const Comparison& comparison,
                   const std::vector<std::string>& settings);

} // namespace einsight::cli

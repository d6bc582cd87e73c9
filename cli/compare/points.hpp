#pragma once
#include "core/expected.hpp"
#include "core/settings.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Several workloads side by side on machines over a range of one parameter.
namespace einsight::cli {

struct CompareRequest {
  std::vector<std::string> workloads, machines;
  std::string mapping; ///< empty: each point's default
  std::string engine = "cycle";
  core::Settings workload, machine, mappingSettings;
  std::string parameter; ///< that varies
  std::vector<core::Rational> values;
};

/// One workload on one machine at one value of the parameter.
struct ComparePoint {
  std::string phase; ///< "prefill", or "decode" for the form of a workload named W-decode
  std::string workload, machine, mapping;
  double value = 0; ///< of the parameter
  std::optional<double> seconds{};
  std::optional<double> cacheBytes{};  ///< per layer and sequence; empty: the workload says none
  double operations = 0;               ///< a multiply-accumulate counts 2
  std::optional<std::int64_t> batch{}; ///< parameter B: sequences at once
  std::string busiest{};               ///< unit with the highest utilisation
  double utilization = 0;
  std::string problem{}; ///< why `seconds` is empty
  std::string help{};    ///< with that
};

/// Where two workloads change places: between two values of the parameter, and where straight lines
/// between the points on logarithmic axes cross. Times within 1 % of each other are alike.
struct Crossover {
  std::string phase, machine;
  std::string faster, slower; ///< beyond the crossing
  double between = 0, until = 0, at = 0;
};

struct Comparison {
  std::vector<ComparePoint> points; ///< by phase, machine, value and workload, as they were given
  std::vector<Crossover> crossovers;
  /// By workload: settings of others that it has no parameter for, and runs without.
  std::map<std::string, std::set<std::string>> without;
  /// By workload that decodes and lacks the parameter that varies: its own for the same context.
  std::map<std::string, std::string> context;
};

/// Simulates every point. A point that cannot be simulated says why; fails when none can, and where
/// a workload or machine is unknown. `progress` is told the part that is done.
core::Expected<Comparison> compare(const CompareRequest& request,
                                   const std::function<void(double)>& progress);

/// A workload without the "-decode" of its form that decodes: both are one line in a picture.
std::string mechanismName(const std::string& workload);

/// The crossings of each pair of workloads in points of one phase and machine, in the order of the
/// parameter.
std::vector<Crossover> crossoversOf(const std::vector<ComparePoint>& points);

} // namespace einsight::cli

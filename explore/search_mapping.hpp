#pragma once
#include "explore/point.hpp"
#include "mappings/mapper/search.hpp"

/// The mapper from names to numbers: search on the bound, then simulation of the finalists.
namespace einsight::explore {

struct MapRequest {
  std::string workload; ///< name, CASCADE:MODEL or file
  std::string machine;  ///< name or file
  core::Settings workloadSettings, machineSettings;
  mappings::Objective objective = mappings::Objective::Latency;
  /// Conditions over UNIT.utilization, MEMORY.used and MEMORY.moved (bytes; `used` of one PE for
  /// registers), cycles, seconds and energy_pj.
  std::vector<core::Expression> requirements;
  /// Of search. After it the finalists, the mappings of the catalogue and the limits are simulated,
  /// each of the three for as long at most.
  std::int64_t seconds = 60;
  /// In place of seconds, for the same answer on every machine: so many steps of search, then
  /// simulations that take about as long.
  std::optional<std::int64_t> steps{};
  std::string name = "found"; ///< of the mapping
  bool compare = true;        ///< with the mappings of the catalogue, of which one may win
  bool limits = false;        ///< also simulate the answer with each unit and port twice as fast
  /// Called often with the part that is done; false stops at once with the best so far.
  std::function<bool(double fraction)> progress{};
  core::Problems mistakes{}; ///< known already: reported with all others, and nothing is searched
};

/// A mapping of the catalogue beside the answer.
struct ShippedMapping {
  std::string name;
  double value = 0;      ///< of the objective
  bool simulated = true; ///< false: that took too long, and the value is the bound's
};

struct MapAnswer {
  Point point;
  results::Result result{}; ///< of `cycle`; of `analytic` when there was no time to simulate
  double value = 0;         ///< of the objective: cycles, picojoules, or seconds * picojoules
  double boundCycles = 0;   ///< of this mapping
  double bound = 0;         ///< smallest objective, on the bound, of any mapping that was looked at
  bool optimal = false;     ///< `bound` holds for every mapping of the space
  bool proven = false;      ///< and none of them can be better than this one when it is simulated
  bool stopped = false;     ///< by `progress`
  bool fromCatalogue = false; ///< a mapping of the catalogue is better than all that were found
  double space = 0, evaluated = 0, excluded = 0; ///< mappings
  int simulated = 0;                             ///< finalists
  double seconds = 0;                            ///< that the search took
  std::optional<ShippedMapping> shipped{};       ///< the best of the catalogue that is legal here
};

/// What a result is worth: cycles, picojoules, or their product as seconds * picojoules; null where
/// no table covers the energy.
std::optional<double> valueOf(mappings::Objective objective, const results::Result& result);

/// Finds a mapping. The finalists are simulated, the best bound first, until no other can be better
/// by a hundred-thousandth, or for as long as the search may take. Fails when an input is wrong or
/// a requirement names something unknown (every such mistake at once), or when no mapping is legal
/// and meets the requirements.
core::Expected<MapAnswer> searchMapping(const MapRequest& request);

} // namespace einsight::explore

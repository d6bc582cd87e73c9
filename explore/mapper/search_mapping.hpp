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
  bool allSimulated = false;  ///< proven, since all that might have been better were simulated
  bool stopped = false;       ///< by `progress`
  bool fromCatalogue = false; ///< a mapping of the catalogue is better than all that were found
  bool cut = false;           ///< the search left something out since time or steps ran out
  double met = 0, evaluated = 0, excluded = 0, unseen = 0, groups = 0; ///< see mappings::Found
  int simulated = 0;                                                   ///< mappings
  double seconds = 0;                      ///< that passed, simulations included
  std::optional<ShippedMapping> shipped{}; ///< the best of the catalogue that is legal here
  std::string failure{}; ///< why the search found nothing, where the catalogue has the answer
};

/// What a result is worth: cycles, picojoules, or their product as seconds * picojoules; null where
/// no table covers the energy.
std::optional<double> valueOf(mappings::Objective objective, const results::Result& result);

/// Steps: the same answer at any speed. Most cascades take a second or less.
inline constexpr std::int64_t kShortSearch = 50'000;

/// Finds a mapping. A search that is limited by time begins with the short one (kShortSearch) and
/// goes on where that did not reach the end. The finalists are simulated, the best bound first,
/// until no other can be better by a hundred-thousandth, or for as long as the search may take.
/// Where the best of them is far above the smallest bound, more mappings are simulated (widened()).
/// Fails when an input is wrong, a requirement names something unknown or the objective's energies
/// are in no table (every such mistake at once), or when no mapping is legal and meets the
/// requirements.
core::Expected<MapAnswer> searchMapping(const MapRequest& request);

} // namespace einsight::explore

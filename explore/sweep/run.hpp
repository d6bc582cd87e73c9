#pragma once
#include "explore/sweep/sweep.hpp"
#include "results/store.hpp"

#include <functional>

namespace einsight::explore::sweep {

struct SweepOptions {
  std::string database;
  int jobs = 1;
  bool resume = false;    ///< a database that is there goes on
  bool overwrite = false; ///< a database that is there makes room
  Shard shard{};
  /// Called often with the points of this shard that are there, those that were there at the
  /// beginning, and all; false stops at once. What is done is kept.
  std::function<bool(std::int64_t done, std::int64_t before, std::int64_t all)> progress{};
  /// What a point gives, in place of a simulation; called in worker processes.
  std::function<void(std::uint64_t place, results::SweepRow& row)> evaluate{};
};

struct SweepAnswer {
  results::SweepStore store;
  std::int64_t points = 0; ///< of the shard
  std::int64_t before = 0; ///< that were there already
  bool stopped = false;    ///< by `progress`
};

/// Runs the points that are not in the database yet, in worker processes; this process alone
/// writes. A point that crashes or takes too long is a row that says so. The rows depend on nothing
/// but the sweep and its files: not on the number of processes, and not on how often it was stopped
/// and resumed.
core::Expected<SweepAnswer> runSweep(const Sweep& sweep, const SweepOptions& options);

} // namespace einsight::explore::sweep

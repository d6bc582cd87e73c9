#pragma once
#include "explore/sweep/sweep.hpp"
#include "results/store.hpp"

#include <functional>

namespace einsight::explore::sweep {

/// How far a sweep is.
struct Progress {
  std::int64_t done = 0;              ///< points that are there
  std::int64_t before = 0;            ///< of them, those that were there at the beginning
  std::int64_t all = 0;               ///< points of this shard; of a search, at most so many
  std::optional<std::size_t> front{}; ///< of a search: points that no other is better than
};

struct SweepOptions {
  std::string database;
  int jobs = 1;
  bool resume = false;    ///< a database that is there goes on
  bool overwrite = false; ///< a database that is there makes room
  Shard shard{};
  /// Called often; false stops at once. What is done is kept.
  std::function<bool(const Progress& progress)> progress{};
  /// What a point gives, in place of a simulation; called in worker processes.
  std::function<void(std::uint64_t place, results::SweepRow& row)> evaluate{};
};

struct SweepAnswer {
  results::SweepStore store;
  std::int64_t points = 0; ///< of the shard; of a search, those that it looked at
  std::int64_t before = 0; ///< that were there already
  bool stopped = false;    ///< by `progress`
};

/// Runs the points that are not in the database yet, in worker processes; this process alone
/// writes. A point that crashes or takes too long is a row that says so. The rows depend on nothing
/// but the sweep and its files: not on the number of processes, and not on how often it was stopped
/// and resumed. A search runs in generations; resumed, it goes the same way again, and takes what
/// is there already from the database.
core::Expected<SweepAnswer> runSweep(const Sweep& sweep, const SweepOptions& options);

} // namespace einsight::explore::sweep

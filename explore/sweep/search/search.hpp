#pragma once
#include "explore/sweep/run.hpp"

namespace einsight::explore::sweep {

/// What became of a search.
struct SearchAnswer {
  std::int64_t points = 0; ///< that it looked at
  std::int64_t before = 0; ///< of them, those that were in the database
  bool stopped = false;    ///< by `progress`
};

/// Can the space be searched? Fails on a grid that cannot be counted, and on more evaluations than
/// a point has a number for.
core::Expected<void> checkSearch(const Sweep& sweep);

/// Searches a sweep for the best points, writing the row of every point that it looks at; its
/// number is its place on the grid, from 1. Where `per` names something, every combination of those
/// values has a search of its own, with an equal part of the evaluations. It ends when so many
/// points were looked at, or when generations bring none that is new.
core::Expected<SearchAnswer> search(const Sweep& sweep, const SweepOptions& options,
                                    results::SweepStore& store);

} // namespace einsight::explore::sweep

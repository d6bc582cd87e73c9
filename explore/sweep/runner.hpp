#pragma once
#include "explore/inputs.hpp"
#include "explore/sweep/run.hpp"
#include "explore/sweep/workers.hpp"

#include <chrono>

namespace einsight::explore::sweep {

/// Runs points of a sweep in worker processes that stay, and writes their rows as they come, many
/// in a transaction.
class Runner {
public:
  /// `placeOf`: the place on the grid of a point, by its number. All must outlive the runner.
  Runner(const Sweep& sweep, const SweepOptions& options,
         std::function<std::uint64_t(std::int64_t number)> placeOf, results::SweepStore& store);

  /// Runs points. Each row goes to `seen`, in any order; `go` is called often, with the number of
  /// rows so far, and false from it ends everything. What there is is written either way. False:
  /// it was ended before all was there.
  core::Expected<bool> run(std::span<const std::int64_t> numbers,
                           const std::function<void(const results::SweepRow&)>& seen,
                           const std::function<bool(std::int64_t done)>& go);

private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::string work(std::int64_t number);
  [[nodiscard]] results::SweepRow rowOf(const Outcome& outcome) const;
  core::Expected<void> write();

  const Sweep& sweep_;
  const SweepOptions& options_;
  std::function<std::uint64_t(std::int64_t)> placeOf_;
  results::SweepStore& store_;
  Inputs inputs_; ///< every worker process has its own
  WorkerPool pool_;
  std::vector<results::SweepRow> rows_; ///< not written yet
  Clock::time_point written_ = Clock::now();
};

} // namespace einsight::explore::sweep

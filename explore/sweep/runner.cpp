#include "explore/sweep/runner.hpp"

#include "explore/sweep/evaluate.hpp"
#include "results/sweep_message.hpp"

namespace einsight::explore::sweep {
namespace {

constexpr auto kBetweenWrites = std::chrono::milliseconds(100);
constexpr std::size_t kMostInBatch = 1000;

} // namespace

Runner::Runner(const Sweep& sweep, const SweepOptions& options,
               std::function<std::uint64_t(std::int64_t)> placeOf, results::SweepStore& store)
    : sweep_(sweep), options_(options), placeOf_(std::move(placeOf)), store_(store), inputs_(true),
      pool_({options.jobs, sweep.timeout}, [this](std::int64_t number) { return work(number); }) {}

std::string Runner::work(std::int64_t number) {
  const auto place = placeOf_(number);
  auto row = rowAt(sweep_, number, place);
  if (options_.evaluate) {
    options_.evaluate(place, row);
  } else {
    evaluate(sweep_, place, inputs_, row);
  }
  return results::toMessage(row);
}

results::SweepRow Runner::rowOf(const Outcome& outcome) const {
  if (outcome.answered) {
    if (auto row = results::rowFromMessage(outcome.text)) {
      return std::move(*row);
    }
  }
  auto row = rowAt(sweep_, outcome.task, placeOf_(outcome.task));
  row.status = results::RowStatus::Failed;
  row.reason = outcome.answered ? "the worker's answer cannot be read" : outcome.text;
  return row;
}

core::Expected<void> Runner::write() {
  written_ = Clock::now();
  auto done = rows_.empty() ? core::Expected<void>() : store_.write(rows_);
  rows_.clear();
  return done;
}

core::Expected<bool> Runner::run(std::span<const std::int64_t> numbers,
                                 const std::function<void(const results::SweepRow&)>& seen,
                                 const std::function<bool(std::int64_t done)>& go) {
  std::int64_t done = 0;
  const auto collect = [&](std::span<const Outcome> outcomes) -> core::Expected<bool> {
    for (const auto& outcome : outcomes) {
      rows_.push_back(rowOf(outcome));
      seen(rows_.back());
      ++done;
    }
    if (rows_.size() >= kMostInBatch || Clock::now() - written_ > kBetweenWrites) {
      if (auto there = write(); !there) {
        return core::failure(std::move(there.error()));
      }
    }
    return go(done);
  };
  const auto ran = pool_.run(numbers, collect);
  auto rest = write();
  if (!ran || !rest) {
    return core::failure(ran ? rest.error() : ran.error());
  }
  return done == static_cast<std::int64_t>(numbers.size());
}

} // namespace einsight::explore::sweep

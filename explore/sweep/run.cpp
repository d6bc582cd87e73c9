#include "explore/sweep/run.hpp"

#include "explore/sweep/evaluate.hpp"
#include "explore/sweep/workers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

namespace einsight::explore::sweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kBetweenWrites = std::chrono::milliseconds(20);
constexpr std::size_t kMostInBatch = 500;

/// Rows on their way to the database: a transaction per batch.
class Batch {
public:
  explicit Batch(results::SweepStore& store) : store_(store) {}

  void add(results::SweepRow row) { rows_.push_back(std::move(row)); }
  core::Expected<void> writeIfDue() {
    return rows_.size() >= kMostInBatch || Clock::now() - last_ > kBetweenWrites
               ? write()
               : core::Expected<void>();
  }
  core::Expected<void> write() {
    last_ = Clock::now();
    auto written = rows_.empty() ? core::Expected<void>() : store_.write(rows_);
    rows_.clear();
    return written;
  }

private:
  results::SweepStore& store_;
  std::vector<results::SweepRow> rows_;
  Clock::time_point last_ = Clock::now();
};

results::SweepIdentity identityOf(const Sweep& sweep, const Shard& shard, std::size_t points) {
  return {sweep.name,
          sweep.hash,
          EINSIGHT_VERSION,
          fmt::format("{}", fmt::join(sweep.objectives, " ")),
          static_cast<std::int64_t>(points),
          shard.of == 1 ? std::string() : fmt::format("{}/{}", shard.number, shard.of)};
}

/// The numbers of the shard's points, from 1.
std::vector<std::int64_t> numbersOf(const Shard& shard, std::size_t points) {
  std::vector<std::int64_t> out;
  for (auto number = shard.number; number <= static_cast<std::int64_t>(points);
       number += shard.of) {
    out.push_back(number);
  }
  return out;
}

std::vector<std::int64_t> without(const std::vector<std::int64_t>& all,
                                  const std::vector<std::int64_t>& done) {
  std::vector<std::int64_t> out;
  std::set_difference(all.begin(), all.end(), done.begin(), done.end(), std::back_inserter(out));
  return out;
}

/// The row that an outcome is about.
results::SweepRow rowOf(const Sweep& sweep, const std::vector<std::uint64_t>& places,
                        const Outcome& outcome) {
  if (outcome.answered) {
    if (auto row = results::rowFromJson(outcome.text)) {
      return std::move(*row);
    }
  }
  auto row = rowAt(sweep, outcome.task, places[static_cast<std::size_t>(outcome.task - 1)]);
  row.status = results::RowStatus::Failed;
  row.reason = outcome.answered ? "the worker's answer cannot be read" : outcome.text;
  return row;
}

/// Runs the points with these numbers; true when all are in the database.
core::Expected<bool> runPoints(const Sweep& sweep, const SweepOptions& options,
                               const std::vector<std::uint64_t>& places,
                               const std::vector<std::int64_t>& left, std::int64_t before,
                               results::SweepStore& store) {
  const auto work = [&](std::int64_t number) {
    const auto place = places[static_cast<std::size_t>(number - 1)];
    auto row = rowAt(sweep, number, place);
    if (options.evaluate) {
      options.evaluate(place, row);
    } else {
      evaluate(sweep, place, row);
    }
    return results::toJson(row);
  };
  Batch batch(store);
  auto done = before;
  const auto all = before + static_cast<std::int64_t>(left.size());
  bool stopped = false;
  const auto collect = [&](std::span<const Outcome> outcomes) -> core::Expected<bool> {
    for (const auto& outcome : outcomes) {
      batch.add(rowOf(sweep, places, outcome));
      ++done;
    }
    if (auto written = batch.writeIfDue(); !written) {
      return core::failure(std::move(written.error()));
    }
    stopped = options.progress && !options.progress(done, before, all);
    return !stopped;
  };
  auto ran = runInWorkers(left, {options.jobs, sweep.timeout}, work, collect);
  auto written = batch.write();
  if (!ran || !written) {
    return core::failure(std::move(ran ? written.error() : ran.error()));
  }
  return !stopped || done == all;
}

} // namespace

core::Expected<SweepAnswer> runSweep(const Sweep& sweep, const SweepOptions& options) {
  const auto places = choosePoints(sweep);
  if (!places) {
    return core::failure(places.error());
  }
  const auto identity = identityOf(sweep, options.shard, places->size());
  auto store = options.resume      ? results::SweepStore::resume(options.database, identity)
               : options.overwrite ? results::SweepStore::replace(options.database, identity)
                                   : results::SweepStore::create(options.database, identity);
  if (!store) {
    return core::failure(std::move(store.error()));
  }
  const auto there = store->numbers();
  if (!there) {
    return core::failure(there.error());
  }
  const auto all = numbersOf(options.shard, places->size());
  const auto left = without(all, *there);
  const auto before = static_cast<std::int64_t>(all.size() - left.size());
  const auto complete = runPoints(sweep, options, *places, left, before, *store);
  if (!complete) {
    return core::failure(complete.error());
  }
  return SweepAnswer{std::move(*store), static_cast<std::int64_t>(all.size()), before, !*complete};
}

} // namespace einsight::explore::sweep

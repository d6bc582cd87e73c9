#include "explore/sweep/run.hpp"

#include "config/read_once.hpp"
#include "explore/sweep/runner.hpp"
#include "explore/sweep/search/search.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::explore::sweep {
namespace {

results::SweepIdentity identityOf(const Sweep& sweep, const Shard& shard, std::int64_t points) {
  return {sweep.name,
          sweep.hash,
          EINSIGHT_VERSION,
          fmt::format("{}", fmt::join(sweep.objectives, " ")),
          points,
          shard.of == 1 ? std::string() : fmt::format("{}/{}", shard.number, shard.of),
          fmt::format("{}", fmt::join(sweep.per, " "))};
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

core::Expected<results::SweepStore> openStore(const SweepOptions& options,
                                              const results::SweepIdentity& identity) {
  return options.resume      ? results::SweepStore::resume(options.database, identity)
         : options.overwrite ? results::SweepStore::replace(options.database, identity)
                             : results::SweepStore::create(options.database, identity);
}

/// Every point that was chosen.
core::Expected<SweepAnswer> runAll(const Sweep& sweep, const SweepOptions& options) {
  const auto places = choosePoints(sweep);
  if (!places) {
    return core::failure(places.error());
  }
  auto store = openStore(
      options, identityOf(sweep, options.shard, static_cast<std::int64_t>(places->size())));
  if (!store) {
    return core::failure(std::move(store.error()));
  }
  const auto there = store->numbers();
  if (!there) {
    return core::failure(there.error());
  }
  const auto all = numbersOf(options.shard, places->size());
  const auto left = without(all, *there);
  Progress progress{0, static_cast<std::int64_t>(all.size() - left.size()),
                    static_cast<std::int64_t>(all.size())};
  const auto placeOf = [&](std::int64_t number) {
    return (*places)[static_cast<std::size_t>(number - 1)];
  };
  Runner runner(sweep, options, placeOf, *store);
  const auto complete = runner.run(
      left, [](const results::SweepRow&) {},
      [&](std::int64_t done) {
        progress.done = progress.before + done;
        return !options.progress || options.progress(progress);
      });
  if (!complete) {
    return core::failure(complete.error());
  }
  return SweepAnswer{std::move(*store), progress.all, progress.before, !*complete};
}

core::Expected<SweepAnswer> runSearch(const Sweep& sweep, const SweepOptions& options) {
  if (options.shard.of > 1) {
    return core::failure({{{{}, 0, 0, "--shard"},
                           "a search is not run in parts",
                           "leave it out; what to try next depends on all that is known"}});
  }
  if (auto possible = checkSearch(sweep); !possible) {
    return core::failure(std::move(possible.error()));
  }
  auto store = openStore(options, identityOf(sweep, {}, sweep.search->evaluations));
  if (!store) {
    return core::failure(std::move(store.error()));
  }
  const auto found = search(sweep, options, *store);
  if (!found) {
    return core::failure(found.error());
  }
  return SweepAnswer{std::move(*store), found->points, found->before, found->stopped};
}

} // namespace

core::Expected<SweepAnswer> runSweep(const Sweep& sweep, const SweepOptions& options) {
  const config::ReadOnce once;
  return sweep.search ? runSearch(sweep, options) : runAll(sweep, options);
}

} // namespace einsight::explore::sweep

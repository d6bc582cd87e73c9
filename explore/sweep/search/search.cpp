#include "explore/sweep/search/search.hpp"

#include "explore/sweep/objectives.hpp"
#include "explore/sweep/pareto.hpp"
#include "explore/sweep/runner.hpp"
#include "explore/sweep/search/evolve.hpp"
#include "explore/sweep/search/subspace.hpp"
#include "explore/sweep/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace einsight::explore::sweep {
namespace {

constexpr double kWorst = 1000; ///< of a point that does not count: above any logarithm
constexpr int kStale = 50;      ///< generations without a new point
constexpr std::int64_t kMostPopulation = 64, kLeastPopulation = 8, kGenerations = 16;

using Values = std::vector<double>;

/// Generations of about a sixteenth of the evaluations; pagmo wants a multiple of 4.
std::int64_t populationOf(const Search& search, std::int64_t evaluations) {
  const auto wanted = search.population > 0 ? search.population
                                            : std::clamp(evaluations / kGenerations,
                                                         kLeastPopulation, kMostPopulation);
  return (wanted + 3) / 4 * 4;
}

/// In the logarithm, as designs differ by factors; small is still good. (Those of which large is
/// good come below zero.)
Values scaled(const Values& values) {
  constexpr double kLeast = 1e-300;
  Values out;
  for (const auto value : values) {
    const auto size = std::log(std::max(std::abs(value), kLeast));
    out.push_back(std::signbit(value) ? -size : size);
  }
  return out;
}

/// The search of a part of the space; it judges generations.
class Part {
public:
  Part(const Sweep& sweep, const Subspace& space, std::int64_t evaluations)
      : sweep_(sweep), space_(space), left_(evaluations) {}

  /// What is there from before, and what comes: by place.
  std::map<std::uint64_t, Values>* stored = nullptr;
  /// Runs points; false when the user stopped it.
  std::function<core::Expected<bool>(const std::vector<std::uint64_t>& places)> run;
  /// Called with every point that is looked at, and whether it was there before.
  std::function<void(std::uint64_t place, const Values& values, bool before)> looked;

  void search(std::uint64_t seed) {
    Evolution evolution{sweep_.search->method, seed, space_.sizes(), sweep_.objectives.size(), {}};
    evolution.first = firstGeneration(seed);
    if (evolution.sizes.empty()) {
      judge(evolution.first);
      return;
    }
    const auto broken =
        evolve(evolution, [&](const std::vector<Genome>& genomes) { return judge(genomes); });
    if (!broken.empty()) {
      problems_.push_back({{sweep_.file, 1, 1, "search"},
                           fmt::format("{} broke off: {}", sweep_.search->method, broken),
                           "use another method; --resume keeps what is there"});
    }
  }

  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] const core::Problems& problems() const { return problems_; }

private:
  /// Random points, a quarter of them corners of the space: the ends of a front are often there.
  std::vector<Genome> firstGeneration(std::uint64_t seed) const {
    const auto sizes = space_.sizes();
    const auto population = populationOf(*sweep_.search, left_);
    Draw draw(seed);
    std::vector<Genome> out;
    for (std::int64_t i = 0; i < (sizes.empty() ? 1 : population); ++i) {
      auto& genome = out.emplace_back();
      for (const auto size : sizes) {
        const auto bound = static_cast<std::uint64_t>(size);
        genome.push_back(static_cast<std::int64_t>(i % 4 == 0 ? draw.below(2) * (bound - 1)
                                                              : draw.below(bound)));
      }
    }
    return out;
  }

  std::optional<std::vector<Values>> judge(const std::vector<Genome>& genomes) {
    std::vector<std::uint64_t> fresh;
    for (const auto& genome : genomes) {
      choose(space_.place(genome), fresh);
    }
    stale_ = fresh.empty() ? stale_ + 1 : 0;
    std::vector<std::uint64_t> missing;
    std::copy_if(fresh.begin(), fresh.end(), std::back_inserter(missing),
                 [&](auto place) { return !stored->contains(place); });
    const auto ran = problems_.empty() ? run(missing) : core::Expected<bool>(false);
    if (!ran) {
      problems_ = ran.error();
    }
    if (!ran || !*ran) {
      stopped_ = true;
      return std::nullopt;
    }
    for (const auto place : fresh) {
      known_[place] = stored->at(place);
      looked(place, known_[place],
             std::find(missing.begin(), missing.end(), place) == missing.end());
    }
    if (left_ == 0 || stale_ > kStale) {
      return std::nullopt;
    }
    return valuesOf(genomes);
  }

  /// A place that is new and part of the sweep is to be looked at, as long as it may.
  void choose(std::uint64_t place, std::vector<std::uint64_t>& fresh) {
    if (known_.contains(place)) {
      return;
    }
    const auto part = meetsWhen(sweep_, place);
    if (!part) {
      problems_ = part.error();
    } else if (!*part) {
      known_[place] = {};
    } else if (left_ > 0 && std::find(fresh.begin(), fresh.end(), place) == fresh.end()) {
      --left_;
      fresh.push_back(place);
    }
  }

  /// All known by now, but those for which nothing was left.
  [[nodiscard]] std::vector<Values> valuesOf(const std::vector<Genome>& genomes) const {
    std::vector<Values> out;
    for (const auto& genome : genomes) {
      const auto found = known_.find(space_.place(genome));
      const bool counts = found != known_.end() && !found->second.empty();
      out.push_back(counts ? scaled(found->second) : Values(sweep_.objectives.size(), kWorst));
    }
    return out;
  }

  const Sweep& sweep_;
  const Subspace& space_;
  std::int64_t left_; ///< points that it may still look at
  int stale_ = 0;
  bool stopped_ = false;
  core::Problems problems_;
  std::map<std::uint64_t, Values> known_; ///< empty: does not count
};

/// All parts of the space, one after the other.
class Whole {
public:
  Whole(const Sweep& sweep, const SweepOptions& options, results::SweepStore& store)
      : sweep_(sweep), options_(options),
        runner_(
            sweep, options, [](std::int64_t number) { return placeOf(number); }, store) {
    progress_.all = sweep.search->evaluations;
  }

  core::Expected<SearchAnswer> search(const results::SweepStore& store) {
    auto read = store.forEach([&](const results::SweepRow& row) { keep(row); });
    if (!read) {
      return core::failure(std::move(read.error()));
    }
    const auto spaces = subspaces(sweep_);
    const auto parts = static_cast<std::int64_t>(spaces.size());
    for (std::int64_t i = 0; i < parts; ++i) {
      const auto evaluations =
          sweep_.search->evaluations * (i + 1) / parts - sweep_.search->evaluations * i / parts;
      if (evaluations == 0) {
        continue;
      }
      fronts_.emplace_back();
      Part part(sweep_, spaces[static_cast<std::size_t>(i)], evaluations);
      part.stored = &stored_;
      part.run = [&](const std::vector<std::uint64_t>& places) { return run(places); };
      part.looked = [&](std::uint64_t place, const Values& values, bool before) {
        look(place, values, before);
      };
      part.search(sweep_.search->seed + static_cast<std::uint64_t>(i));
      if (!part.problems().empty()) {
        return core::failure(part.problems());
      }
      if (part.stopped()) {
        return SearchAnswer{progress_.done, progress_.before, true};
      }
    }
    return SearchAnswer{progress_.done, progress_.before, false};
  }

private:
  static std::uint64_t placeOf(std::int64_t number) {
    return static_cast<std::uint64_t>(number - 1);
  }

  void keep(const results::SweepRow& row) {
    stored_[placeOf(row.number)] = valuesOf(row, sweep_.objectives);
  }

  void look(std::uint64_t place, const Values& values, bool before) {
    ++progress_.done;
    progress_.before += before ? 1 : 0;
    if (!values.empty()) {
      fronts_.back().add(static_cast<std::int64_t>(place), values);
    }
  }

  core::Expected<bool> run(const std::vector<std::uint64_t>& places) {
    std::vector<std::int64_t> numbers;
    for (const auto place : places) {
      numbers.push_back(static_cast<std::int64_t>(place) + 1);
    }
    std::size_t front = 0;
    for (const auto& each : fronts_) {
      front += each.points().size();
    }
    const auto go = [&](std::int64_t done) {
      auto now = progress_;
      now.done += done;
      now.front = front;
      return !options_.progress || options_.progress(now);
    };
    if (!go(0)) {
      return false;
    }
    return runner_.run(
        numbers, [&](const results::SweepRow& row) { keep(row); }, go);
  }

  const Sweep& sweep_;
  const SweepOptions& options_;
  Runner runner_;
  std::map<std::uint64_t, Values> stored_;
  std::vector<Front> fronts_; ///< of the parts so far
  Progress progress_;
};

} // namespace

core::Expected<void> checkSearch(const Sweep& sweep) {
  if (placesOf(sweep) == std::numeric_limits<std::uint64_t>::max()) {
    return core::failure(
        {{{sweep.file, 1, 1, sweep.name}, "the grid has more than 2^62 places", "vary less"}});
  }
  return {};
}

core::Expected<SearchAnswer> search(const Sweep& sweep, const SweepOptions& options,
                                    results::SweepStore& store) {
  return Whole(sweep, options, store).search(store);
}

} // namespace einsight::explore::sweep

#include "mappings/gpu/grid/trips.hpp"

#include "mappings/gpu/grid/kinds.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace einsight::mappings::gpu {
namespace {

/// Orders places by a key of each, a whole number from 0 on; those with equal keys stay in order.
template <class Key>
void sortBy(std::vector<std::size_t>& places, const Key& key) {
  std::vector<std::size_t> begins; // of the places with each key
  for (const auto place : places) {
    const auto of = static_cast<std::size_t>(key(place));
    begins.resize(std::max(begins.size(), of + 2));
    ++begins[of + 1];
  }
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<std::size_t> sorted(places.size());
  for (const auto place : places) {
    sorted[begins[static_cast<std::size_t>(key(place))]++] = place;
  }
  places = std::move(sorted);
}

/// Per kind, how many numbers of iterations come before its own.
std::vector<std::int32_t> ranksOf(const std::vector<sim::gpu::Kind>& kinds, Order order) {
  std::set<std::int64_t> all;
  const auto key = [&](const sim::gpu::Kind& kind) {
    return order == Order::HeavyFirst ? -kind.iterations : kind.iterations;
  };
  for (const auto& kind : kinds) {
    all.insert(key(kind));
  }
  std::map<std::int64_t, std::int32_t> ranks;
  for (const auto each : all) {
    ranks.emplace(each, static_cast<std::int32_t>(ranks.size()));
  }
  std::vector<std::int32_t> out;
  for (const auto& kind : kinds) {
    out.push_back(ranks.at(key(kind)));
  }
  return out;
}

/// Mixes the CTAs of `section` groups at a time, those with the most (or fewest) iterations first.
void sortTrips(Trips& trips, Order order, std::optional<std::int64_t> section) {
  if (order == Order::InOrder) {
    return;
  }
  std::vector<std::size_t> places(trips.order.size());
  std::iota(places.begin(), places.end(), 0);
  const auto ranks = ranksOf(trips.kinds, order);
  sortBy(places,
         [&](std::size_t place) { return ranks[static_cast<std::size_t>(trips.order[place])]; });
  if (section) {
    sortBy(places, [&](std::size_t place) { return trips.reuse[place] / *section; });
  }
  Trips sorted;
  sorted.kinds = trips.kinds;
  sorted.order.reserve(places.size());
  sorted.reuse.reserve(places.size());
  for (const auto place : places) {
    sorted.order.push_back(trips.order[place]);
    sorted.reuse.push_back(trips.reuse[place]);
    if (!trips.secondReuse.empty()) {
      sorted.secondReuse.push_back(trips.secondReuse[place]);
    }
    if (!trips.from.empty()) {
      sorted.from.push_back(trips.from[place]);
    }
    if (!trips.listed.empty()) {
      sorted.listed.push_back(trips.listed[place]);
    }
  }
  trips = std::move(sorted);
}

/// The kind of a CTA that does a part of a job, and the first iteration of it.
struct Share {
  std::int32_t kind = 0;
  std::int64_t from = 0;
};

} // namespace

std::int64_t partsOf(const Job& job, std::int64_t split) {
  return std::max<std::int64_t>(1, std::min(split, job.trips));
}

Trips tripsOf(const Jobs& jobs, std::int64_t split, Order order,
              std::optional<std::int64_t> section) {
  Kinds all;
  std::vector<std::vector<Share>> shares; // per kind of job
  bool late = false;                      // some stream does not begin at its beginning
  for (const auto& job : jobs.kinds) {
    const auto parts = partsOf(job, split);
    auto& own = shares.emplace_back();
    for (std::int64_t part = 0; part < parts; ++part) {
      const auto range =
          job.visited.within({job.trips * part / parts, job.trips * (part + 1) / parts});
      own.push_back({all.indexOf(kindOf(job, range)), parts > 1 ? 0 : range.begin});
      late = late || own.back().from > 0;
    }
  }
  Trips out;
  const auto least = jobs.order.size();
  out.order.reserve(least);
  out.reuse.reserve(least);
  out.secondReuse.reserve(jobs.secondReuse.size());
  for (std::size_t j = 0; j < jobs.order.size(); ++j) {
    const auto& own = shares[static_cast<std::size_t>(jobs.order[j])];
    for (std::size_t part = 0; part < own.size(); ++part) {
      const auto group = [&](std::int32_t of) {
        return static_cast<std::int32_t>(of * split + static_cast<std::int64_t>(part));
      };
      out.order.push_back(own[part].kind);
      out.reuse.push_back(group(jobs.reuse[j]));
      if (!jobs.secondReuse.empty()) {
        out.secondReuse.push_back(group(jobs.secondReuse[j]));
      }
      if (late) {
        out.from.push_back(own[part].from);
      }
      if (!jobs.listed.empty()) {
        out.listed.push_back(jobs.listed[j]);
      }
    }
  }
  out.kinds = std::move(all.all);
  sortTrips(out, order, section);
  return out;
}

} // namespace einsight::mappings::gpu

#include "mappings/gpu/trips.hpp"

#include "mappings/gpu/kinds.hpp"

#include <algorithm>
#include <numeric>

namespace einsight::mappings::gpu {
namespace {

/// Mixes the CTAs of `section` groups at a time, those with the most (or fewest) iterations first.
void sortTrips(Trips& trips, Order order, std::optional<std::int64_t> section) {
  if (order == Order::InOrder) {
    return;
  }
  std::vector<std::size_t> places(trips.order.size());
  std::iota(places.begin(), places.end(), 0);
  const auto key = [&](std::size_t place) {
    const auto iterations = trips.kinds[static_cast<std::size_t>(trips.order[place])].iterations;
    const auto part = section ? trips.reuse[place] / *section : 0;
    return std::pair(part, order == Order::HeavyFirst ? -iterations : iterations);
  };
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  Trips sorted;
  sorted.kinds = trips.kinds;
  for (const auto place : places) {
    sorted.order.push_back(trips.order[place]);
    sorted.reuse.push_back(trips.reuse[place]);
    if (!trips.secondReuse.empty()) {
      sorted.secondReuse.push_back(trips.secondReuse[place]);
    }
    if (!trips.from.empty()) {
      sorted.from.push_back(trips.from[place]);
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
    }
  }
  out.kinds = std::move(all.all);
  sortTrips(out, order, section);
  return out;
}

} // namespace einsight::mappings::gpu

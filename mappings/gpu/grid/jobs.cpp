#include "mappings/gpu/grid/jobs.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <tuple>

namespace einsight::mappings::gpu {
namespace {

using einsum::Constraint;
using einsum::Einsum;

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// The part of the interval where slope * t + constant >= 0.
Interval cut(Interval interval, std::int64_t slope, std::int64_t constant) {
  if (slope == 0) {
    return constant >= 0 ? interval : Interval{};
  }
  if (slope > 0) { // t >= -constant / slope, upwards
    interval.begin = std::max(interval.begin, -floorDivide(constant, slope));
  } else {
    interval.end = std::min(interval.end, floorDivide(constant, -slope) + 1);
  }
  return interval;
}

class Counting {
public:
  explicit Counting(const KernelPlan& plan) : plan_(plan) {
    if (plan.loop) {
      trips_ = plan.loop->tiles();
    }
    const auto* masked = plan.kernel->skipMasked ? maskedEinsum(plan) : nullptr;
    if (masked != nullptr) {
      constraints_ = masked->domain;
      if (plan.loop->size % plan.loop->tile != 0) {
        constraints_.push_back({{{plan.loop->variable, -1}}, plan.loop->size - 1});
      }
    }
  }

  /// Axes of the grid on which CTAs differ.
  [[nodiscard]] bool decides(const Axis& axis) const {
    return axis.size % axis.tile != 0 ||
           std::any_of(constraints_.begin(), constraints_.end(), [&](const Constraint& each) {
             return each.terms.count(axis.variable) != 0;
           });
  }

  /// What the tile with these numbers takes.
  [[nodiscard]] Job job(const std::vector<std::int64_t>& tiles) const {
    Job out;
    for (std::size_t i = 0; i < plan_.grid.size(); ++i) {
      const auto& axis = plan_.grid[i];
      const auto whole = std::min(axis.tile, axis.size);
      const auto left = std::min(whole, axis.size - tiles[i] * axis.tile);
      out.rows *= static_cast<double>(left) / static_cast<double>(whole);
    }
    out.trips = trips_;
    out.visited = {0, trips_};
    out.full = out.visited;
    for (const auto& constraint : constraints_) {
      const auto [slope, least, most] = bounds(constraint, tiles);
      out.visited = cut(out.visited, slope, most);
      out.full = cut(out.full, slope, least);
    }
    out.visited = out.visited.length() > 0 ? out.visited : Interval{};
    out.full = out.full.within(out.visited);
    return out;
  }

private:
  /// Slope along the loop, and the least and the most of the rest over the CTA's box.
  [[nodiscard]] std::tuple<std::int64_t, std::int64_t, std::int64_t>
  bounds(const Constraint& constraint, const std::vector<std::int64_t>& tiles) const {
    std::int64_t slope = 0;
    std::int64_t least = constraint.constant;
    std::int64_t most = constraint.constant;
    for (const auto& [variable, coefficient] : constraint.terms) {
      std::int64_t low = 0;
      std::int64_t high = plan_.extents(variable) - 1;
      if (plan_.loop && plan_.loop->variable == variable) {
        slope = coefficient * plan_.loop->tile;
      } else if (variable == plan_.kernel->each) {
        low = high = plan_.launch;
      } else {
        for (std::size_t i = 0; i < plan_.grid.size(); ++i) {
          if (plan_.grid[i].variable == variable) {
            low = tiles[i] * plan_.grid[i].tile;
            high = std::min(low + plan_.grid[i].tile, plan_.grid[i].size) - 1;
          }
        }
      }
      least += std::min(coefficient * low, coefficient * high);
      most += std::max(coefficient * low, coefficient * high);
    }
    return {slope, least, most};
  }

  const KernelPlan& plan_;
  std::int64_t trips_ = 0;
  std::vector<Constraint> constraints_;
};

/// Tiles counted over some axes of the grid, the last of them fastest.
class Count {
public:
  template <class Counts>
  Count(const std::vector<Axis>& grid, const Counts& counts) : steps_(grid.size(), 0) {
    for (std::size_t i = grid.size(); i-- > 0;) {
      if (counts(grid[i])) {
        steps_[i] = size_;
        size_ *= grid[i].tiles();
      }
    }
  }

  [[nodiscard]] std::int64_t operator()() const { return now_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  /// On an axis by so many tiles.
  void move(std::size_t axis, std::int64_t tiles) { now_ += steps_[axis] * tiles; }

private:
  std::vector<std::int64_t> steps_; ///< per axis; 0: it does not count
  std::int64_t size_ = 1;
  std::int64_t now_ = 0;
};

/// A tile of the grid, and its place among those that differ in their work or in what they stream.
struct Place {
  std::vector<std::int64_t> tiles;
  Count work, first, second, lists;

  /// The next one, the last axis fastest.
  void step(const std::vector<Axis>& grid) {
    for (std::size_t i = grid.size(); i-- > 0;) {
      const bool more = tiles[i] + 1 < grid[i].tiles();
      const auto by = more ? 1 : -tiles[i];
      tiles[i] += by;
      work.move(i, by);
      first.move(i, by);
      second.move(i, by);
      lists.move(i, by);
      if (more) {
        return;
      }
    }
  }
};

using Streams = std::optional<std::vector<std::string>>;

/// Axes that decide what a CTA streams; where it shares nothing, all do.
Count streamCount(const std::vector<Axis>& grid, const Streams& streams) {
  return {grid,
          [&](const Axis& axis) { return !streams || einsum::contains(*streams, axis.variable); }};
}

} // namespace

Interval Interval::within(const Interval& other) const {
  const Interval out{std::max(begin, other.begin), std::min(end, other.end)};
  return out.length() > 0 ? out : Interval{};
}

void JobLine::append(const Jobs& others) {
  std::vector<std::int32_t> places;
  for (const auto& kind : others.kinds) {
    const auto [found, added] = known_.try_emplace(kind, static_cast<std::int32_t>(known_.size()));
    if (added) {
      all.kinds.push_back(kind);
    }
    places.push_back(found->second);
  }
  for (const auto kind : others.order) {
    all.order.push_back(places[static_cast<std::size_t>(kind)]);
  }
  const auto add = [](const std::vector<std::int32_t>& groups, std::vector<std::int32_t>& to,
                      std::int32_t& first) {
    std::int32_t most = -1;
    for (const auto group : groups) {
      to.push_back(group + first);
      most = std::max(most, group);
    }
    first += most + 1;
  };
  if (!others.listed.empty() || !all.listed.empty()) { // nothing stands for none
    all.listed.resize(all.reuse.size(), 0);
    all.listed.insert(all.listed.end(), others.listed.begin(), others.listed.end());
    all.listed.resize(all.order.size(), 0);
  }
  add(others.reuse, all.reuse, groups_);
  add(others.secondReuse, all.secondReuse, secondGroups_);
}

const Einsum* maskedEinsum(const KernelPlan& plan) {
  const Einsum* found = nullptr;
  for (const auto* einsum : plan.einsums) {
    if (!plan.loop || !einsum::contains(einsum->variables, plan.loop->variable)) {
      continue;
    }
    if (einsum->masks > 0) {
      return einsum;
    }
    if (found == nullptr && (!einsum->domain.empty() || plan.loop->size % plan.loop->tile != 0)) {
      found = einsum;
    }
  }
  return found;
}

std::int64_t tileCount(const KernelPlan& plan) {
  std::int64_t out = 1;
  for (const auto& axis : plan.grid) {
    if (__builtin_mul_overflow(out, axis.tiles(), &out)) {
      return INT64_MAX;
    }
  }
  return out;
}

Jobs jobsOf(const KernelPlan& plan, const Streams& streams, const Streams& second,
            const Lists& lists) {
  const Counting counting(plan);
  const auto& grid = plan.grid;
  Place place{std::vector<std::int64_t>(grid.size(), 0),
              {grid, [&](const Axis& axis) { return counting.decides(axis); }},
              streamCount(grid, streams),
              streamCount(grid, second),
              streamCount(grid, lists.variables)};
  const auto gaps = place.lists.size() - 1; // between the first list and the last
  const auto free = plan.loop ? std::max<std::int64_t>(0, lists.reach - plan.loop->tiles()) : 0;
  Jobs out;
  std::map<Job, std::int32_t> all;
  std::vector<std::int32_t> known(static_cast<std::size_t>(place.work.size()), -1);
  const auto count = static_cast<std::size_t>(tileCount(plan));
  out.order.reserve(count);
  out.reuse.reserve(count);
  out.secondReuse.reserve(second ? count : 0);
  for (std::size_t tile = 0; tile < count; ++tile, place.step(grid)) {
    auto& kind = known[static_cast<std::size_t>(place.work())];
    if (kind < 0) {
      const auto job = counting.job(place.tiles);
      const auto [found, added] = all.try_emplace(job, static_cast<std::int32_t>(all.size()));
      if (added) {
        out.kinds.push_back(job);
      }
      kind = found->second;
    }
    out.order.push_back(kind);
    out.reuse.push_back(static_cast<std::int32_t>(place.first()));
    if (second) {
      out.secondReuse.push_back(static_cast<std::int32_t>(place.second()));
    }
    if (gaps > 0 && free > 0) {
      out.listed.push_back(place.lists() * free / gaps);
    }
  }
  return out;
}

} // namespace einsight::mappings::gpu

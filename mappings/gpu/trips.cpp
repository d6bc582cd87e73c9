#include "mappings/gpu/trips.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace einsight::mappings::gpu {
namespace {

using einsum::Constraint;
using einsum::Einsum;

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// Iterations [begin, end).
struct Interval {
  std::int64_t begin = 0, end = 0;

  [[nodiscard]] std::int64_t length() const { return std::max<std::int64_t>(0, end - begin); }
};

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

  /// The kind of the CTA with these tile numbers, in parts of the loop from `range`.
  [[nodiscard]] sim::gpu::Kind kind(const std::vector<std::int64_t>& tiles, Interval range) const {
    sim::gpu::Kind out;
    for (std::size_t i = 0; i < plan_.grid.size(); ++i) {
      const auto& axis = plan_.grid[i];
      const auto whole = std::min(axis.tile, axis.size);
      const auto left = std::min(whole, axis.size - tiles[i] * axis.tile);
      out.rows *= static_cast<double>(left) / static_cast<double>(whole);
    }
    Interval visited = range;
    Interval full = range;
    for (const auto& constraint : constraints_) {
      const auto [slope, least, most] = bounds(constraint, tiles);
      visited = cut(visited, slope, most);
      full = cut(full, slope, least);
    }
    full = {std::max(full.begin, visited.begin), std::min(full.end, visited.end)};
    out.iterations = visited.length();
    out.masked = out.iterations - full.length();
    return out;
  }

  [[nodiscard]] std::int64_t trips() const { return trips_; }

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

/// Tile numbers of a CTA, the last axis fastest.
void next(std::vector<std::int64_t>& tiles, const std::vector<Axis>& grid) {
  for (std::size_t i = tiles.size(); i-- > 0;) {
    if (++tiles[i] < grid[i].tiles()) {
      return;
    }
    tiles[i] = 0;
  }
}

/// The number of the group that a CTA with these tile numbers belongs to.
std::int64_t groupOf(const std::vector<std::int64_t>& tiles, const std::vector<Axis>& grid,
                     const std::vector<std::string>& streams) {
  std::int64_t group = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (einsum::contains(streams, grid[i].variable)) {
      group = group * grid[i].tiles() + tiles[i];
    }
  }
  return group;
}

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
  Trips sorted{trips.kinds, {}, {}, {}};
  for (const auto place : places) {
    sorted.order.push_back(trips.order[place]);
    sorted.reuse.push_back(trips.reuse[place]);
    if (!trips.secondReuse.empty()) {
      sorted.secondReuse.push_back(trips.secondReuse[place]);
    }
  }
  trips = std::move(sorted);
}

/// Kinds by what tells them apart.
class Kinds {
public:
  std::int32_t indexOf(const sim::gpu::Kind& kind) {
    const auto [found, added] = known_.try_emplace({kind.iterations, kind.masked, kind.rows},
                                                   static_cast<std::int32_t>(all.size()));
    if (added) {
      all.push_back(kind);
    }
    return found->second;
  }

  std::vector<sim::gpu::Kind> all;

private:
  std::map<std::tuple<std::int64_t, std::int64_t, double>, std::int32_t> known_;
};

} // namespace

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

std::int64_t ctaCount(const KernelPlan& plan) {
  std::int64_t out = 1;
  for (const auto& axis : plan.grid) {
    if (__builtin_mul_overflow(out, axis.tiles(), &out)) {
      return INT64_MAX;
    }
  }
  return out;
}

Trips tripsOf(const KernelPlan& plan, const std::optional<std::vector<std::string>>& streams,
              const std::optional<std::vector<std::string>>& second) {
  const Counting counting(plan);
  Trips out;
  Kinds all;
  std::map<std::vector<std::int64_t>, std::vector<std::int32_t>> known; // per deciding tile numbers
  std::vector<std::int64_t> tiles(plan.grid.size(), 0);
  std::vector<std::int64_t> deciding;
  const auto count = ctaCount(plan);
  for (std::int64_t cta = 0; cta < count; ++cta, next(tiles, plan.grid)) {
    const std::int64_t group = streams ? groupOf(tiles, plan.grid, *streams) : cta;
    const std::int64_t other = second ? groupOf(tiles, plan.grid, *second) : cta;
    deciding.clear();
    for (std::size_t i = 0; i < plan.grid.size(); ++i) {
      if (counting.decides(plan.grid[i])) {
        deciding.push_back(tiles[i]);
      }
    }
    auto& kinds = known[deciding];
    if (kinds.empty()) {
      for (std::int64_t part = 0; part < plan.split; ++part) {
        const Interval range{counting.trips() * part / plan.split,
                             counting.trips() * (part + 1) / plan.split};
        kinds.push_back(all.indexOf(counting.kind(tiles, range)));
      }
    }
    for (std::int64_t part = 0; part < plan.split; ++part) {
      out.order.push_back(kinds[static_cast<std::size_t>(part)]);
      out.reuse.push_back(static_cast<std::int32_t>(group * plan.split + part));
      if (second) {
        out.secondReuse.push_back(static_cast<std::int32_t>(other * plan.split + part));
      }
    }
  }
  out.kinds = std::move(all.all);
  sortTrips(out, plan.kernel->order, plan.section);
  return out;
}

} // namespace einsight::mappings::gpu

#include "sim/pe/layout.hpp"

#include "einsum/walk.hpp"

#include <algorithm>

namespace einsight::sim::cells {
namespace {

unsigned bit(std::size_t range) {
  return 1U << range;
}

const Tile::Part& partOf(const Tile& tile, const Tile::Spread& spread) {
  return tile.ranges[static_cast<std::size_t>(spread.range)]
      .parts[static_cast<std::size_t>(spread.part)];
}

bool isSpread(const std::array<std::vector<Tile::Spread>, 2>& axes, std::size_t range,
              std::size_t part) {
  return std::any_of(axes.begin(), axes.end(), [&](const auto& axis) {
    return std::any_of(axis.begin(), axis.end(), [&](const Tile::Spread& spread) {
      return static_cast<std::size_t>(spread.range) == range &&
             static_cast<std::size_t>(spread.part) == part;
    });
  });
}

} // namespace

Layout::Layout(const Section& section, const Task& task, const einsum::Einsum& einsum,
               const std::vector<std::int64_t>& axisSizes)
    : section_(section), task_(task), lanes_(task.tile.ranges.size(), 1) {
  const std::size_t first = 2 - axisSizes.size(); // one axis: lanes are columns
  for (std::size_t a = 0; a < axisSizes.size(); ++a) {
    sizes_[first + a] = axisSizes[a];
    axes_[first + a] = tile().axes[a];
    for (const auto& spread : tile().axes[a]) {
      wanted_[first + a] *= partOf(tile(), spread).trips;
      lanes_[static_cast<std::size_t>(spread.range)] *= partOf(tile(), spread).trips;
      along_[first + a] |= bit(static_cast<std::size_t>(spread.range));
    }
  }
  const auto taken = einsum::reducedVariables(einsum);
  for (std::size_t r = 0; r < tile().ranges.size(); ++r) {
    reduced_ |= einsum::contains(taken, tile().ranges[r].variable) ? bit(r) : 0;
  }
  for (const bool summed : {false, true}) {
    for (int axis = 0; axis < 2; ++axis) {
      if (reducesAlong(axis) == summed) {
        wheels_.push_back({axis, -1});
      }
    }
    for (std::size_t r = 0; r < tile().ranges.size(); ++r) {
      if (((reduced_ & bit(r)) != 0) == summed) {
        wheels_.push_back({-1, static_cast<int>(r)});
      }
    }
    outer_ = summed ? outer_ : wheels_.size();
  }
}

Wave Layout::wave(const Digits& digits, bool whole) const {
  Wave wave;
  for (std::size_t r = 0; r < tile().ranges.size(); ++r) {
    for (const auto& part : tile().ranges[r].parts) {
      if (part.loop >= 0) {
        wave.base[r] +=
            digits[static_cast<std::size_t>(part.loop)] / part.divisor % part.trips * part.stride;
      }
    }
  }
  for (std::size_t w = 0; w < wheels_.size(); ++w) {
    std::int64_t count = 1;
    if (const auto [axis, range] = wheels_[w]; axis >= 0) {
      const auto a = static_cast<std::size_t>(axis);
      count = (wanted_[a] + sizes_[a] - 1) / sizes_[a];
    } else {
      const auto r = static_cast<std::size_t>(range);
      const auto& extent = section_.extents[static_cast<std::size_t>(tile().ranges[r].extent)];
      count = ((whole ? extent.tile : value(extent, digits)) + lanes_[r] - 1) / lanes_[r];
    }
    wave.counts.push_back(count);
    wave.steps *= count;
    wave.inner *= w < outer_ ? 1 : count;
  }
  return wave;
}

Spot Layout::spot(const Wave& wave, std::int64_t step, int row, int column) const {
  Spot spot;
  spot.values = wave.base;
  for (std::size_t w = wheels_.size(); w-- > 0;) {
    const auto index = step % wave.counts[w];
    step /= wave.counts[w];
    if (const auto [axis, range] = wheels_[w]; axis >= 0) {
      const auto a = static_cast<std::size_t>(axis);
      const auto lane = index * sizes_[a] + (axis == 0 ? row : column);
      if (!addAxis(spot, a, lane)) {
        spot.outside |= along_[a];
      }
    } else {
      addSteps(spot, static_cast<std::size_t>(range), index);
    }
  }
  for (std::size_t r = 0; r < tile().ranges.size(); ++r) {
    spot.outside |= spot.values[r] >= tile().ranges[r].size ? bit(r) : 0;
  }
  return spot;
}

bool Layout::outside(const Wave& wave, unsigned ranges) const {
  for (std::size_t r = 0; r < tile().ranges.size(); ++r) {
    if ((ranges & bit(r)) != 0 && wave.base[r] >= tile().ranges[r].size) {
      return true;
    }
  }
  return false;
}

/// Adds what the lane with that index stands for. False when there is no such lane's work; an axis
/// over which nothing is spread has work for its first lane only.
bool Layout::addAxis(Spot& spot, std::size_t axis, std::int64_t index) const {
  if (index >= wanted_[axis]) {
    spot.idle = spot.idle || axes_[axis].empty();
    return false;
  }
  for (std::size_t s = axes_[axis].size(); s-- > 0;) {
    const auto& spread = axes_[axis][s];
    const auto& part = partOf(tile(), spread);
    spot.values[static_cast<std::size_t>(spread.range)] += index % part.trips * part.stride;
    index /= part.trips;
  }
  return true;
}

void Layout::addSteps(Spot& spot, std::size_t range, std::int64_t index) const {
  const auto& parts = tile().ranges[range].parts;
  for (std::size_t p = parts.size(); p-- > 0;) {
    if (parts[p].loop < 0 && !isSpread(axes_, range, p)) {
      spot.values[range] += index % parts[p].trips * parts[p].stride;
      index /= parts[p].trips;
    }
  }
}

std::string Layout::problem() const {
  if (tile().ranges.size() > kMostRanges) {
    return "has more rank variables than a PE counts";
  }
  for (int axis = 0; axis < 2; ++axis) {
    if (reducesAlong(axis) && (along(axis) & ~reduced_) != 0) {
      return "has sums and results side by side on one axis";
    }
  }
  for (std::size_t r = 0; r < tile().ranges.size(); ++r) {
    const auto& parts = tile().ranges[r].parts;
    for (std::size_t p = 0; p + 1 < parts.size(); ++p) {
      const bool outer = isSpread(axes_, r, p);
      const bool inner = parts[p + 1].loop < 0 && !isSpread(axes_, r, p + 1);
      if (outer && inner && parts[p].trips > 1 && parts[p + 1].trips > 1) {
        return "has the outer part of a rank variable on an axis and the inner one in time";
      }
    }
  }
  return {};
}

} // namespace einsight::sim::cells

#include "mappings/mapper/nest.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::mappings::mapper {
namespace {

std::int64_t ceilDiv(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

} // namespace

std::int64_t Nested::inside(int variable, const std::vector<int>& fixed) const {
  std::int64_t values = size(variable);
  for (const int number : fixed) {
    if (loop(number).variable == variable) {
      values = std::min(values, loop(number).stride);
    }
  }
  return values;
}

int Nested::makerOf(int tensor) const {
  for (std::size_t l = 0; l < leaves.size(); ++l) {
    if (einsum(leaves[l]).output.tensor == tensor) {
      return static_cast<int>(l);
    }
  }
  return -1;
}

Iterations::Iterations(const Nested& nested, const std::vector<int>& loops,
                       const EinsumFact& einsum, int masks)
    : nested_(nested), clips_(einsum.clips), masks_(masks), begins_(nested.tiles.size(), 0),
      ends_(nested.tiles.size(), 1), strides_(nested.tiles.size(), 0) {
  for (const int number : loops) {
    const auto& loop = nested.loop(number);
    const auto v = static_cast<std::size_t>(loop.variable);
    ends_[v] *= loop.trips;
    strides_[v] = strides_[v] == 0 ? loop.stride : std::min(strides_[v], loop.stride);
  }
}

void Iterations::from(int variable, std::int64_t first) {
  auto& begin = begins_[static_cast<std::size_t>(variable)];
  begin = std::max(begin, first);
}

void Iterations::afterFirst(const std::vector<int>& loops) {
  for (const int number : loops) {
    first_ |= only(nested_.loop(number).variable);
  }
}

/// A rank variable that stands for a short last part of `outer` while this one moves.
const ClipFact* Iterations::clipOf(int variable) const {
  for (const auto& clip : clips_) {
    const auto outer = static_cast<std::size_t>(clip.outer);
    const bool moves = strides_[outer] == 1 || nested_.size(clip.outer) == 1;
    if (clip.variable == variable && moves && strides_[static_cast<std::size_t>(variable)] == 0) {
      return &clip;
    }
  }
  return nullptr;
}

void Iterations::addClasses(const Factor& factor, std::vector<Axis>& axes) const {
  const auto value = [&](std::int64_t extent) {
    return static_cast<double>(ceilDiv(extent, factor.divisor));
  };
  const auto* clip = clipOf(factor.variable);
  Axis axis;
  axis.variable = clip == nullptr ? factor.variable : clip->outer;
  const auto v = static_cast<std::size_t>(axis.variable);
  const auto size = nested_.size(factor.variable);
  auto tile = size; // values in a full tile, full tiles, and values in the short one
  std::int64_t full = 1;
  std::int64_t rest = 0;
  if (clip != nullptr) {
    const auto outer = nested_.size(clip->outer);
    full = clip->total < size ? 0 : (clip->total - size) / clip->coefficient + 1;
    full = std::min(full, outer);
    rest = full < outer ? clip->total - full * clip->coefficient : 0;
  } else if (strides_[v] > 0) {
    tile = strides_[v];
    full = size / tile;
    rest = size % tile;
  }
  axis.add({begins_[v], std::max(begins_[v], full), value(tile)});
  if (rest > 0) {
    axis.add({std::max(begins_[v], full), full + 1, value(rest)});
  }
  for (auto& known : axes) { // two factors that move together
    if (known.variable == axis.variable && known.count == axis.count) {
      for (std::size_t c = 0; c < axis.count; ++c) {
        known.classes[c].value *= axis.classes[c].value;
      }
      return;
    }
  }
  axes.push_back(axis);
}

/// Rank variables that no factor is about, but masks are.
void Iterations::addMasked(std::vector<Axis>& axes) const {
  for (std::size_t v = 0; v < ends_.size(); ++v) {
    const int variable = static_cast<int>(v);
    if (strides_[v] > 0 && nested_.facts->masks->looksAt(masks_, variable) &&
        std::none_of(axes.begin(), axes.end(),
                     [&](const Axis& axis) { return axis.variable == variable; })) {
      axes.emplace_back().variable = variable;
      axes.back().add({begins_[v], ends_[v], 1});
    }
  }
}

/// Combinations of one tile of each axis' class, less those that masks leave out. Of the rank
/// variables that stand only the first tile.
double Iterations::timesOf(const std::vector<Axis>& axes, const std::vector<std::size_t>& at,
                           Variables standing) const {
  double times = 1;
  std::vector<TileRange> ranges;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto& tiles = axes[i].classes[at[i]];
    const auto end =
        has(standing, axes[i].variable) ? std::min<std::int64_t>(tiles.end, 1) : tiles.end;
    const auto stride = strides_[static_cast<std::size_t>(axes[i].variable)];
    if (masks_ != 0 && stride > 0) {
      ranges.push_back({axes[i].variable, stride, tiles.begin, end});
    } else {
      times *= static_cast<double>(std::max<std::int64_t>(0, end - tiles.begin));
    }
  }
  return masks_ == 0 ? times : times * nested_.facts->masks->count(masks_, ranges);
}

/// Iterations of the loops whose rank variables are not counted yet.
double Iterations::timesOutside(Variables counted, Variables standing) const {
  double times = 1;
  for (std::size_t v = 0; v < ends_.size(); ++v) {
    const int variable = static_cast<int>(v);
    if (!has(counted, variable)) {
      const auto end = has(standing, variable) ? std::min<std::int64_t>(ends_[v], 1) : ends_[v];
      times *= static_cast<double>(std::max<std::int64_t>(0, end - begins_[v]));
    }
  }
  return times;
}

double Iterations::sum(const std::vector<Factor>& factors, double scale, double unit) const {
  std::vector<Axis> axes;
  axes.reserve(factors.size());
  Variables passed = 0; // outer parts whose iterations a clipped variable counts
  Variables done = 0;
  for (const auto& factor : factors) {
    const auto* clip = clipOf(factor.variable);
    passed |= clip == nullptr ? 0 : only(clip->outer);
    done |= only(factor.variable);
  }
  for (const auto& factor : factors) {
    if (!has(passed, factor.variable)) {
      addClasses(factor, axes);
    }
  }
  if (masks_ != 0) {
    addMasked(axes);
    for (const auto& axis : axes) {
      done |= only(axis.variable);
    }
  }
  const auto counted = done | passed;
  const double times = timesOutside(counted, 0);
  const double first = first_ == 0 ? 0 : timesOutside(counted, first_);
  double total = 0;
  std::vector<std::size_t> at(axes.size(), 0);
  for (;;) { // every combination of full and short tiles
    double product = scale;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      product *= axes[i].classes[at[i]].value;
    }
    const double all = times * timesOf(axes, at, 0);
    const double count = first_ == 0 ? all : all - first * timesOf(axes, at, first_);
    total += count == 0 ? 0 : count * std::ceil(product / unit);
    std::size_t i = 0;
    while (i < axes.size() && ++at[i] == axes[i].count) {
      at[i++] = 0;
    }
    if (i == axes.size()) {
      return total;
    }
  }
}

} // namespace einsight::mappings::mapper

#include "sim/pe/memory.hpp"

#include <algorithm>
#include <cmath>

/// What was computed, once the run is over.
namespace einsight::sim::cells {

einsum::Point Memory::final(const Store& from, std::int64_t at) {
  const auto there = resolve(from, at);
  return there < 0 ? einsum::Point{} : from.points[index(there)];
}

double Memory::largestDifference(const einsum::Environment& reference) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double largest = 0;
  const auto compare = [&](const einsum::Point& ours, const einsum::Values& theirs, std::size_t i) {
    if (ours.present != (theirs.present[i] != 0)) {
      largest = kInfinity;
    } else if (ours.present && ours.value != theirs.data[i]) {
      const auto difference =
          std::abs(ours.value - theirs.data[i]) / std::max(1.0, std::abs(theirs.data[i]));
      const bool neither = std::isnan(ours.value) && std::isnan(theirs.data[i]); // 0 / 0
      largest = neither                  ? largest
                : std::isnan(difference) ? kInfinity
                                         : std::max(largest, difference);
    }
  };
  for (const auto& from : stores_) {
    if (from.maker == nullptr) {
      continue;
    }
    const auto& theirs = reference.at(from.tensor->name);
    for (std::size_t i = 0; i < from.points.size(); ++i) {
      if (from.tensor->result) {
        compare(final(from, static_cast<std::int64_t>(i)), theirs, i);
      } else if (from.arrived[i] != kNever) {
        compare(from.points[i], theirs, i);
      }
      if (!from.held.empty() && from.held[i].cell >= 0) {
        compare(from.held[i].point, theirs, i);
      }
    }
  }
  return largest;
}

einsum::Environment Memory::results() const {
  einsum::Environment out;
  for (const auto& from : stores_) {
    if (from.tensor->result) {
      auto& values = out[from.tensor->name];
      values.shape = from.tensor->shape;
      for (std::size_t i = 0; i < from.points.size(); ++i) {
        const auto point = final(from, static_cast<std::int64_t>(i));
        values.data.push_back(point.present ? point.value : 0);
        values.present.push_back(point.present ? 1 : 0);
      }
    }
  }
  return out;
}

} // namespace einsight::sim::cells

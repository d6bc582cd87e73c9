#include "sim/serving/table.hpp"

#include <cmath>

namespace einsight::sim::serving {
namespace {

constexpr int kExact = 4;     ///< points 0 … 4 are whole units
constexpr int kPerOctave = 4; ///< points per factor of two beyond
constexpr std::size_t kAxes = 4;
/// Of requests, tokens they read, prompt tokens and pairs.
constexpr std::array<double, kAxes> kUnits{1, 256, 16, 4096};

double valueAt(int place) {
  return place <= kExact ? place
                         : kExact * std::exp2(static_cast<double>(place - kExact) / kPerOctave);
}

/// The last place whose value is not above.
int placeOf(double value) {
  if (value < kExact) {
    return static_cast<int>(std::floor(value));
  }
  int place = kExact + static_cast<int>(std::floor(kPerOctave * std::log2(value / kExact)));
  place += valueAt(place + 1) <= value ? 1 : 0; // rounding of the logarithm
  return place;
}

} // namespace

core::Expected<Iteration> IterationTable::corner(const Key& key) {
  if (const auto found = known_.find(key); found != known_.end()) {
    return found->second;
  }
  Shape shape;
  shape.batches = key[0];
  shape.requests = valueAt(key[1]) * kUnits[0];
  shape.tokens = valueAt(key[2]) * kUnits[1];
  shape.prompt = valueAt(key[3]) * kUnits[2];
  shape.pairs = valueAt(key[4]) * kUnits[3];
  auto made = simulate_(shape);
  if (made) {
    known_.emplace(key, *made);
  }
  return made;
}

core::Expected<Iteration> IterationTable::operator()(const Shape& shape) {
  const std::array<double, kAxes> values{shape.requests / kUnits[0], shape.tokens / kUnits[1],
                                         shape.prompt / kUnits[2], shape.pairs / kUnits[3]};
  std::array<int, kAxes> low{};
  std::array<double, kAxes> above{}; // weight of the upper place
  for (std::size_t axis = 0; axis < kAxes; ++axis) {
    low[axis] = placeOf(values[axis]);
    const double from = valueAt(low[axis]);
    above[axis] = (values[axis] - from) / (valueAt(low[axis] + 1) - from);
  }
  Iteration out;
  for (unsigned corners = 0; corners < (1U << kAxes); ++corners) {
    Key key{shape.batches, low[0], low[1], low[2], low[3]};
    double weight = 1;
    for (std::size_t axis = 0; axis < kAxes; ++axis) {
      const bool upper = (corners >> axis & 1U) != 0;
      key[axis + 1] += upper ? 1 : 0;
      weight *= upper ? above[axis] : 1 - above[axis];
    }
    if (weight <= 0) {
      continue;
    }
    const auto made = corner(key);
    if (!made) {
      return core::failure(made.error());
    }
    out.seconds += weight * made->seconds;
    out.busySeconds.resize(made->busySeconds.size());
    for (std::size_t part = 0; part < made->busySeconds.size(); ++part) {
      out.busySeconds[part] += weight * made->busySeconds[part];
    }
  }
  return out;
}

} // namespace einsight::sim::serving

#pragma once
#include "explore/serving/point.hpp"

namespace einsight::explore {

/// What may be made faster, by the index of its part: seconds are divided by it. Missing: 1.
using Speedups = std::vector<double>;

/// The stages of one iteration of a shape: device times are the larger of operations over the
/// sustained rate and bytes over the sustained bandwidth, and the launches. Fails where the GPU
/// has no matrix instruction for the types.
core::Expected<sim::serving::Pass>
passOf(const ServingPoint& point, const sim::serving::Shape& shape, const Speedups& speedups = {});

/// The parts of the passes of a point, in order.
std::vector<sim::serving::Part> partsOf(const ServingPoint& point);

/// Bytes per token and layer to the devices of attention and back; zero where they are the same.
struct NetworkBytes {
  double query = 0, keyValue = 0, back = 0;
};
NetworkBytes networkBytes(const ServingPoint& point);

} // namespace einsight::explore

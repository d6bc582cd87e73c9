#pragma once
#include "explore/gpu_point.hpp"

#include <variant>

namespace einsight::explore {

/// A point on a machine of any kind.
using AnyPoint = std::variant<Point, GpuPoint>;

/// Prepares a point as the machine's kind asks for (prepare, prepareGpu). All problems at once.
core::Expected<AnyPoint> prepareAny(const PointRequest& request);

core::Expected<results::Result> run(const AnyPoint& point, const RunOptions& options = {});

} // namespace einsight::explore

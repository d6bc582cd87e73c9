#pragma once
#include "explore/cluster/point.hpp"
#include "explore/gpu/point.hpp"
#include "explore/serving/point.hpp"

#include <variant>

namespace einsight::explore {

/// A point on a machine of any kind.
using AnyPoint = std::variant<Point, GpuPoint, ClusterPoint, ServingPoint>;

/// Prepares a point as the machine's kind asks for (prepare, prepareGpu, prepareCluster,
/// prepareServing). All problems at once.
core::Expected<AnyPoint> prepareAny(const PointRequest& request);
/// The same with what `inputs` remembers of points before it, and with prices of the devices of a
/// machine that serves.
core::Expected<AnyPoint> prepareAny(const PointRequest& request, Inputs& inputs,
                                    const Prices& prices = {});

core::Expected<results::Result> run(const AnyPoint& point, const RunOptions& options = {});

} // namespace einsight::explore

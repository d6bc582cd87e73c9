#pragma once
#include "explore/gna/point.hpp"
#include "explore/gpu/point.hpp"

namespace einsight::explore {

/// A workload over the tokens of the layout with the question's heads.
PointRequest pointRequest(const GnaRequest& request, const std::string& workload,
                          const std::string& mapping);

/// The question's tiles as CTAs of the mapping; without one, of the first that takes them.
core::Expected<GpuPoint> prepareTiled(const GnaRequest& request);

/// Seconds of copies of Q, K, V and the result, each read and written once, and one more of those
/// that are padded first.
core::Expected<double> permuteSeconds(const GnaRequest& request, const GpuPoint& point);

} // namespace einsight::explore

#pragma once
#include "explore/serving/point.hpp"
#include "report/table.hpp"

namespace einsight::cli {

/// How a mapping of kind serving uses the cluster: the devices of each role, the links, the room
/// for keys and values, and the stages of a layer with their times for one request.
std::string servingPlanText(const explore::ServingPoint& point, const report::Style& style);

} // namespace einsight::cli

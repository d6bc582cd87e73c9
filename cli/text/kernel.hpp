#pragma once
#include "explore/gpu/point.hpp"
#include "report/table.hpp"

#include <string>

namespace einsight::cli {

/// The kernels of a point on a GPU, for people: grid, warpgroups and stages; what a CTA loads, does
/// and stores before, in and after its loop, with the cycles of one warpgroup; occupancy.
std::string kernelText(const explore::GpuPoint& point, const report::Style& style);

} // namespace einsight::cli

#pragma once
#include "explore/gpu/point.hpp"

#include <functional>

namespace einsight::explore {

using SimulateOn = std::function<core::Expected<sim::gpu::Totals>(const sim::gpu::Device& device)>;

/// Runs with one thing twice as fast, by an engine that answered `totals` (`result` has its units)
/// at the machine's own speed, the strongest first: the tensor cores, the lanes, shared memory, L2,
/// DRAM and the launches, each with the share of the time that it works.
core::Expected<std::vector<results::Limit>>
limitsOf(const GpuPoint& point, const sim::gpu::Totals& totals, const results::Result& result,
         const RunOptions& options, const SimulateOn& simulate);

} // namespace einsight::explore

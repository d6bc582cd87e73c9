#pragma once
#include "explore/gna/point.hpp"
#include "explore/gpu/point.hpp"
#include "sim/gpu/gpu.hpp"

namespace einsight::explore {

/// The kernels by themselves, without what their launch takes: as a profiler times them.
core::Expected<sim::gpu::Totals> runKernels(const sim::gpu::Chain& chain, const GpuPoint& point);
/// Seconds that they take at least, on the analytic bound.
double boundOfKernels(const GpuPoint& point);

/// Seconds that tails take: those of the kernels, less those of one of many runs in a row, which
/// share one tail. `waves`: of the first kernel.
core::Expected<double> tailSeconds(const GpuPoint& point, double seconds, double waves);

/// Where the time of a prediction goes beyond the ideal: leaves out one cause after another, by
/// simulation of the same CTAs without masks, and of so many of them that tails do not count.
/// `idealTails`: what of the ideal are tails of self attention.
core::Expected<GnaLosses> lossesOf(const GnaRequest& request, const GpuPoint& point,
                                   const GnaTime& time, double idealTails);

} // namespace einsight::explore

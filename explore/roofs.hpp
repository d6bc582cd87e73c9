#pragma once
#include "arch/gpu/gpu.hpp"
#include "arch/machine.hpp"
#include "results/result.hpp"

namespace einsight::explore {

/// The roofs over a run on a spatial machine: memories with a bandwidth, then every unit, then
/// exponentials where the run has them. Source: Williams, Waterman, Patterson (CACM 2009), with
/// one bandwidth per memory; exponentials as a roof of the run's own mix of operations.
std::vector<results::Roof> roofsOf(const arch::Machine& machine, const results::Result& result);

/// The same on a GPU: the tensor cores' roof is `result.peakFlops`, at the clock of the vendor's
/// stated peak; the others' are at the highest clock.
std::vector<results::Roof> roofsOf(const arch::Gpu& gpu, const results::Result& result);

} // namespace einsight::explore

#pragma once
#include "sim/schedule/holds.hpp"
#include "sim/totals.hpp"

namespace einsight::sim {

/// cycle() that also tells the waveform of the options, if there is one, how many bytes every
/// memory holds: a signal `held_bytes` of each. The totals are the same.
core::Expected<Totals> cycle(const Schedule& schedule, const CycleOptions& options,
                             const Holdings& holdings);

} // namespace einsight::sim

#pragma once
#include "report/table.hpp"
#include "results/result.hpp"

namespace einsight::report {

/// The human text of `run`: time, units with their stalls, traffic, energy, Einsums, what limits
/// the run, how well such answers are validated, and where every input came from.
std::string text(const results::Result& result, const Style& style = {});

/// The kernels of a run on a GPU: time, clock and bytes of each, and how its CTAs fill the SMs.
/// Empty without kernels.
std::string kernels(const results::Result& result, const Style& style = {});

/// A unit that gives less when it is twice as fast does not limit a run: others hold it up as much.
inline constexpr double kLimitingGain = 1.05;

/// What limits a run, in sentences: the unit that would gain most from being twice as fast, where
/// its time goes, and the Einsums on the critical path. Needs `limits` in the result.
std::string limitingSentences(const results::Result& result);

} // namespace einsight::report

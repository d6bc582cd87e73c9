#pragma once
#include "core/expected.hpp"

#include <functional>
#include <vector>

namespace einsight::explore {

/// Seconds of an alternative, or why it does not run.
using SecondsOf = std::function<core::Expected<double>(std::size_t alternative)>;

/// The alternative that takes the least time; of equal times the one that stands first. `bounds`
/// are seconds that none can be faster than: alternatives are asked in the order of these, until
/// the next is above the best time, so that the answer is exact and few are asked. Fails where
/// none runs, with all reasons.
core::Expected<std::size_t> fastest(const std::vector<double>& bounds, const SecondsOf& secondsOf);

} // namespace einsight::explore

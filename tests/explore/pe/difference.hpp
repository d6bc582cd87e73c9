#pragma once
#include "explore/point.hpp"

#include <cstdint>
#include <string>

namespace einsight::explore::test {

/// How a run with every PE differs from `cycle` (time, busy time, stalls, counts) and from the
/// reference evaluation of the cascade; empty when it does not.
std::string peDifference(const Point& point, std::uint64_t seed);

} // namespace einsight::explore::test

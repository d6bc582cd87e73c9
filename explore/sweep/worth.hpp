#pragma once
#include "explore/any_point.hpp"
#include "results/sweep_row.hpp"

namespace einsight::explore::sweep {

/// Tokens of a run, B x P of its workload (sequences x positions of queries), and the price of its
/// machine in dollars per hour.
results::Worth worthOf(const AnyPoint& point);

} // namespace einsight::explore::sweep

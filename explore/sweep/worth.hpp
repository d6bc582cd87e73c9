#pragma once
#include "explore/any_point.hpp"
#include "results/sweep_row.hpp"

namespace einsight::explore::sweep {

/// Tokens of a run, B x P of its workload (sequences x positions of queries), and the price of its
/// machine in dollars per hour, which is that of `prices` for the devices that they name.
results::Worth worthOf(const AnyPoint& point, const Prices& prices = {});

} // namespace einsight::explore::sweep

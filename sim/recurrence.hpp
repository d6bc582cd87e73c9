#pragma once
#include "sim/domain.hpp"

namespace einsight::sim {

/// A lower bound on the time of a section from what an iteration waits for of iterations before it:
/// the largest, over circles of needs and of issue order, of rounds * (occupancies + latencies)
/// where a round spans as many iterations as the circle steps back in all. Unit: ticks.
/// Only tasks that run in every iteration of their loops count, each with its shortest occupancy.
/// Source: R. Reiter, "Scheduling Parallel Computations", JACM 15 (1968): a circle's time over its
/// distance bounds the period of a computation graph from below.
Wide recurrenceTicks(const Schedule& schedule, const Section& section);

} // namespace einsight::sim

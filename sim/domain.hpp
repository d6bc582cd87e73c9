#pragma once
#include "sim/schedule.hpp"

namespace einsight::sim {

/// Wide totals: a run of a million tokens holds more ticks than 64 bits do.
__extension__ using Wide = __int128;

/// The last trip of loop `position` (in task.loops) up to which nothing that the task reads of its
/// extents and guards changes, whatever the loops inside it are at. `digits` gives that loop's trip
/// to start from and the loops outside it. Shown on the expressions, not by sampling.
std::int64_t constantUntil(const Section& section, const Task& task, std::size_t position,
                           const Digits& digits);

/// Sums over every iteration of the task's loops in which it runs: one total per amount, then the
/// number of such iterations.
std::vector<Wide> totals(const Section& section, const Task& task,
                         const std::vector<const Amount*>& amounts);

/// The slot whose copy of a task this is (see Stream::slot), -1 for tasks outside dispatched loops.
std::vector<int> slotOfTask(const Section& section);

} // namespace einsight::sim

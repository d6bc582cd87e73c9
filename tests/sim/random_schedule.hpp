#pragma once
#include "sim/totals.hpp"

#include <string>

namespace einsight::sim::test {

/// A number from low to high, drawn by RapidCheck: to be called inside a property.
std::int64_t drawn(std::int64_t low, std::int64_t high);
bool drawnCoin();

/// A small schedule that can finish: a chain of tasks over two or three units, software pipelined,
/// with or without phases; short last tiles, masks, tasks of outer loops only; buffers with few
/// slots between some of them; loads and a store on a port. To be called inside a property.
Schedule drawnSchedule();

/// A schedule whose rows of tiles are dispatched to one to seven slots, which share units and a
/// port: causal masks, ragged tiles, software pipelines, barriers inside the rows.
Schedule drawnDispatched();

/// How two runs of a schedule differ; empty when they do not. Compares time, busy time and stalls
/// of every resource, time per Einsum, counts, and the length of the critical path.
std::string difference(const Totals& a, const Totals& b);

} // namespace einsight::sim::test

#pragma once
#include "explore/inputs.hpp"
#include "explore/sweep/sweep.hpp"
#include "results/sweep_row.hpp"

namespace einsight::explore::sweep {

/// The row of a point before it runs: its number, names and settings.
results::SweepRow rowAt(const Sweep& sweep, std::int64_t number, std::uint64_t place);

/// Runs the point of a row at a place of the grid and fills the row. A point whose input is wrong
/// is refused, with all its problems as the reason. `inputs` remembers what points share.
void evaluate(const Sweep& sweep, std::uint64_t place, Inputs& inputs, results::SweepRow& row);

} // namespace einsight::explore::sweep

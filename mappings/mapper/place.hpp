#pragma once
#include "mappings/mapper/nest.hpp"

namespace einsight::mappings::mapper {

/// For every Einsum (by number in Facts; empty for those outside `members`) the units that can do
/// it, each with its fastest axes: of equally fast ones those that add up least in registers, then
/// those that most other Einsums use too. Depends on the tiles alone, whatever the loops are.
std::vector<std::vector<Bound>> places(const Facts& facts, const std::vector<Tile>& tiles,
                                       const std::vector<int>& members);

/// The least time of the busiest unit, over all assignments of Einsums to units.
double leastMakespan(const std::vector<std::vector<Bound>>& places, std::size_t units);

} // namespace einsight::mappings::mapper

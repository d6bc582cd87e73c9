#pragma once
#include "mappings/mapping.hpp"

namespace einsight::mappings {

/// A legal mapping of any cascade, made from it: every Einsum in a section of its own (the Einsums
/// of a recurrence in one), its operands from DRAM and its result to DRAM. It runs on the unit on
/// which it is fastest; the longest rank variables of its result lie along the axes, in tiles of
/// the size of an axis, what is reduced passes in time through the PEs, and all else is looped
/// over. `base` gives the name and the place. Fails where no unit can do an Einsum's operators.
core::Expected<Mapping> oneByOne(Mapping base, const einsum::Cascade& cascade,
                                 const arch::Machine& machine);

} // namespace einsight::mappings

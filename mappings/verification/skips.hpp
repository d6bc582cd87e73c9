#pragma once
#include "mappings/plan.hpp"

namespace einsight::mappings {

/// Is nothing lost in the tiles that `skip_masked` leaves out? Refuses what would surely be: values
/// of an Einsum without the mask that somebody needs there, and iterations of a recurrence that
/// also takes in what is not masked. That the others of a recurrence change nothing in such a tile
/// is the author's to know.
void verifySkips(const einsum::Cascade& cascade, const SectionPlan& section,
                 core::Problems& problems);

} // namespace einsight::mappings

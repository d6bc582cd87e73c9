#pragma once
#include "mappings/plan.hpp"

namespace einsight::mappings {

/// Can every kept tile of a section be where the mapping says, and for as long?
void verifyKeeps(const SectionPlan& section, core::Problems& problems);

} // namespace einsight::mappings

#pragma once
#include "mappings/plan.hpp"

namespace einsight::mappings {

/// Can everything that waits within one epoch start at all? Lines wait for those before them on
/// their unit and for what they read; a circle of such waits over several units never starts, even
/// where each pair is in order. Leaves out pairs that verifyOrder() refuses and, without `sizes`,
/// what depends on trip counts.
void verifyCircles(const Plan& plan, bool sizes, core::Problems& problems);

/// May there be such a circle with other sizes of the plan's parts? Never false where there is one.
bool mayCircle(const Plan& plan);

} // namespace einsight::mappings

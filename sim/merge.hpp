#pragma once
#include "sim/schedule.hpp"

namespace einsight::sim {

/// Makes one loop of neighbouring loops that nothing tells apart (batch and heads, mostly): every
/// task has both or neither, side by side; no extent, guard or pin looks at them; every need takes
/// them over as they are. The same iterations in the same order, found to repeat sooner.
void mergeLoops(Section& section);

} // namespace einsight::sim

#pragma once
#include "sim/schedule/holds.hpp"

namespace einsight::sim {

/// Makes one loop of neighbouring loops that nothing tells apart (batch and heads, mostly): every
/// task has both or neither, side by side; no extent, guard or pin looks at them; every need takes
/// them over as they are. The same iterations in the same order, found to repeat sooner.
void mergeLoops(Section& section);
/// The same for what memories hold in the section, which also must not tell them apart.
void mergeLoops(Section& section, std::vector<Hold>& holds);

} // namespace einsight::sim

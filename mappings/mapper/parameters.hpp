#pragma once
#include "arch/machine.hpp"
#include "einsum/cascade.hpp"

#include <vector>

namespace einsight::mappings::mapper {

/// What a search tries for the parameters of the workload that only cut a rank (M0), less those
/// that the user set: for each of them the sizes of all axes, half and twice these. One empty
/// choice where there are none.
std::vector<core::Settings> parameterChoices(const einsum::Cascade& cascade,
                                             const arch::Machine& machine,
                                             const core::Settings& settings);

} // namespace einsight::mappings::mapper

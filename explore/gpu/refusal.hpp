#pragma once
#include "core/problem.hpp"
#include "einsum/cascade.hpp"

#include <string>
#include <utility>
#include <vector>

namespace einsight::explore {

/// A mapping of the catalogue, and why it does not run a workload.
using Refused = std::pair<std::string, core::Problems>;

/// Why no mapping of the catalogue runs a workload on a GPU, in a few problems: what is in the way
/// of most of those that are written for its Einsums, each reason once, and how many others there
/// are.
/// A mapping that lacks nothing but room comes first: the one that needs the least more.
core::Problems refusalOf(const einsum::Cascade& cascade, const std::vector<Refused>& refused);

/// Of the mappings that are written for the Einsums those that lack nothing but room: what the
/// first needs, and how many there are. Empty where there is none.
std::string noRoomNote(const einsum::Cascade& cascade, const std::vector<Refused>& refused);

} // namespace einsight::explore

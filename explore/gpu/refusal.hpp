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
core::Problems refusalOf(const einsum::Cascade& cascade, const std::vector<Refused>& refused);

} // namespace einsight::explore

#pragma once
#include "einsum/cascade.hpp"

#include <set>

/// Which Einsums of a cascade can share a section, and its loops.
namespace einsight::generators {

using Group = std::vector<const einsum::Einsum*>; ///< in the order of the cascade

/// Einsums that need each other's values of earlier iterations together, all others alone; each
/// group after those that make what it reads. Views are in none.
std::vector<Group> groupsOf(const einsum::Cascade& cascade);

/// Rank variables that may be loops around all of a group: all have them, and what is made and read
/// inside is not summed up over them. Empty optional: the group cannot be in one section.
std::optional<std::set<std::string>> loopable(const Group& group, const einsum::Cascade& cascade);

/// What an Einsum reads, a view's name replaced by what it is a view of.
std::set<std::string> sources(const einsum::Einsum& einsum, const einsum::Cascade& cascade);

} // namespace einsight::generators

#pragma once
#include "mappings/plan.hpp"

/// The two halves of plan(): finding the sizes of parts, and building the plan for given sizes.
namespace einsight::mappings {

/// Trip counts of parts by name.
using PartSizes = std::map<std::string, std::int64_t>;

/// The plan for given sizes of parts; what does not exist is added to `problems`.
Plan buildPlan(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Machine& machine,
               const PartSizes& sizes, core::Problems& problems);

/// Gives the parts of one rank variable, whose extent is `size`, other sizes: the plan is then what
/// buildPlan() makes of these.
void resize(Plan& plan, const Partition& partition, const PartSizes& sizes, std::int64_t size);

/// Sizes of parts: given ones first, then those that fill a memory.
PartSizes findSizes(const Mapping& mapping, const einsum::Cascade& cascade,
                    const arch::Machine& machine, core::Problems& problems);

} // namespace einsight::mappings

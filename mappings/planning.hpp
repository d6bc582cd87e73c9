#pragma once
#include "mappings/plan.hpp"

/// The two halves of plan(): finding the sizes of parts, and building the plan for given sizes.
namespace einsight::mappings {

/// Trip counts of parts by name.
using PartSizes = std::map<std::string, std::int64_t>;

/// The plan for given sizes of parts; what does not exist is added to `problems`.
Plan buildPlan(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Machine& machine,
               const PartSizes& sizes, core::Problems& problems);

/// Sizes of parts: given ones first, then those that fill a memory.
PartSizes findSizes(const Mapping& mapping, const einsum::Cascade& cascade,
                    const arch::Machine& machine, core::Problems& problems);

} // namespace einsight::mappings

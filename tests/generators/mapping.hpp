#pragma once
#include "arch/machine.hpp"
#include "einsum/cascade.hpp"

namespace einsight::generators {

/// A legal mapping of any cascade, but for tiles that may not fit: Einsums alone or in groups that
/// can share loops, pipelined or with barriers, rank variables cut or whole, everything that is not
/// a loop in time or spread over an axis, some tensors kept in some memories.
/// Shrinks to one Einsum after the other, nothing spatial, nothing kept.
std::string drawMapping(const einsum::Cascade& cascade, const arch::Machine& machine);

/// The same with nothing kept on the chip and no two Einsums in one section unless they need it:
/// legal on every machine that has the operators.
std::string drawUnfused(const einsum::Cascade& cascade, const arch::Machine& machine);

/// A mapping of the catalogue, with another number of tiles in one of its sizes now and then.
std::string drawOverlay(const std::string& mapping, const std::vector<std::string>& sizes);

} // namespace einsight::generators

#pragma once
#include "einsum/einsum.hpp"

/// What a tensor that is read with an index tensor (`K[b,S[b,j],e]`) moves with.
namespace einsight::mappings {

/// Does the value of an index change with a rank variable, also as one of the index tensor's?
bool moves(const einsum::Index& index, const std::string& variable);

/// Rank variables that one index of an access has through its index tensor only: as many elements
/// are read as these have points, at most the whole rank.
std::vector<std::string> gathered(const einsum::Access& access, const einsum::Index& index);

} // namespace einsight::mappings

#pragma once
#include "mappings/mapper/movement.hpp"

namespace einsight::mappings::mapper {

/// The useful ways of keeping a tensor: in no memory, in a buffer at a loop inside which it does
/// not move, in the registers of who makes it, in those of who reads it as it is made, or both.
std::vector<Option> optionsOf(const Nested& nested, const Chosen& chosen, const Movement& movement,
                              int tensor);

/// The tensor in whose place an Einsum may put its result: it is read for the last time then,
/// value by value. -1 for none. In chains the first one of the chain.
int placeOf(const Nested& nested, int tensor);

/// Does it lie in the place of another tensor?
inline bool shares(const Option& option) {
  return std::any_of(option.keeps.begin(), option.keeps.end(),
                     [](const Keep& keep) { return keep.shares >= 0; });
}

} // namespace einsight::mappings::mapper

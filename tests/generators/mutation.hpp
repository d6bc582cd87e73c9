#pragma once
#include "tests/generators/case.hpp"

#include <optional>

namespace einsight::generators {

/// A legal mapping with one thing changed.
struct Mutation {
  std::string label;    ///< what was changed: "line of QK dropped"
  bool illegal = false; ///< by definition: verify() must refuse it
  mappings::Mapping mapping;
  MachineShape machine;
};

/// One change of a case whose mapping is legal: an Einsum missing or twice, lines or sections or
/// loops exchanged, another unit, axis or stage, another loop of a kept tile, a kept tensor left
/// out, other sizes, a loop less, less room, masked tiles left out. Empty when the kind that was
/// drawn finds nothing to change.
std::optional<Mutation> drawMutation(const Case& drawn, const mappings::VerifiedMapping& legal);

} // namespace einsight::generators

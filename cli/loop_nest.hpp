#pragma once
#include "mappings/verify.hpp"

#include <string>

namespace einsight::cli {

/// A mapping as a loop nest with levels, outermost loop first: `for p2 in [0:8)`, what each memory
/// keeps below that loop and how much room it takes, what runs in parallel on which axis, and the
/// Einsums with their unit, stage and phase.
std::string loopNest(const mappings::VerifiedMapping& mapping);

} // namespace einsight::cli

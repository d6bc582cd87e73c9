#pragma once
#include "config/node.hpp"
#include "mappings/gpu/mapping.hpp"

namespace einsight::mappings::gpu {

/// Sizes written in the mapping's own file are used: by some expression of `root`, the file with
/// what it extends and all its cases, those that do not hold included.
void checkSizes(const Mapping& mapping, const config::Node& root, core::Problems& problems);

} // namespace einsight::mappings::gpu

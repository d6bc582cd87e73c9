#pragma once
#include "config/node.hpp"
#include "mappings/gpu/mapping.hpp"

namespace einsight::mappings::gpu {

/// The key `chain:` of a mapping file.
Chain readChain(const config::Node& node, core::Problems& problems);

} // namespace einsight::mappings::gpu

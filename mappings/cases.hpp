#pragma once
#include "config/node.hpp"
#include "core/expression.hpp"

namespace einsight::mappings {

/// A mapping file's map without its `cases:`, the first of them whose `when:` holds laid over it
/// (less its `when:`). Cases that are wrong are reported.
config::Node decideCases(config::Node root, const core::Expression::Lookup& lookup,
                         core::Problems& problems);

} // namespace einsight::mappings

#pragma once
#include "mappings/mapping.hpp"

namespace einsight::config {
struct Node;
}

namespace einsight::mappings {

/// Reads a nest of a section: loops, what is kept, and lines or phases; recursive.
std::optional<Nest> readNest(const config::Node& node, core::Problems& problems);

} // namespace einsight::mappings

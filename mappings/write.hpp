#pragma once
#include "mappings/mapping.hpp"

namespace einsight::mappings {

/// The mapping as YAML in the style of the shipped ones, after comment lines that say how it was
/// found. Reading it again gives a mapping that lowers to the same schedule; cases and `extends`
/// are already decided in a Mapping and do not come back.
std::string write(const Mapping& mapping, const std::vector<std::string>& comment = {});

} // namespace einsight::mappings

#pragma once
#include "config/reader.hpp"
#include "mappings/cluster/mapping.hpp"

/// Parts of readMapping.
namespace einsight::mappings::cluster {

/// The expression of a key with its place; empty where the key is absent.
std::optional<Number> readNumber(config::MapReader& reader, std::string_view key,
                                 core::Problems& problems);
/// A map of names to expressions; null is empty.
Numbers readNumbers(const config::Node* map, core::Problems& problems);
/// One line of `program:`.
Step readStep(const config::Node& node, core::Problems& problems);
/// Records every axis, piece, tensor list and step that is named but not there.
void checkNames(const Mapping& mapping, core::Problems& problems);

} // namespace einsight::mappings::cluster

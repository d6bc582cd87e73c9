#pragma once
#include "core/expected.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace einsight::config {

/// The folder with the catalogue's folders (workloads/, arch/, …): $EINSIGHT_CATALOGUE if set, else
/// ../share/einsight from the program's own folder if there is one (an installed program, wherever
/// it was moved), else the place known when the program was linked (catalogue_place.hpp).
std::filesystem::path catalogueRoot();

/// The names of all YAML files in a folder and the folders below it, sorted: file names without
/// ".yaml".
std::vector<std::string> names(const std::filesystem::path& folder);

/// The file that a person means: a bare name is looked for as NAME.yaml in the folders and below
/// them, anything else is a path. `kindOfThing` ("workload") is for the message; a wrong name is
/// answered with the nearest one, and a name of several files with their paths.
core::Expected<std::filesystem::path> find(const std::string& nameOrPath,
                                           const std::vector<std::filesystem::path>& folders,
                                           std::string_view kindOfThing);

/// The 64-bit FNV-1a hash of a file's bytes as 16 hexadecimal digits, for provenance; "" when the
/// file cannot be read.
std::string hashOfFile(const std::filesystem::path& file);

} // namespace einsight::config

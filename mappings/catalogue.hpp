#pragma once
#include "mappings/mapping.hpp"

namespace einsight::mappings {

/// One shipped mapping.
struct Entry {
  std::string name;
  std::string summary;
  std::string kind; ///< of the machines it is for: "spatial", "gpu"
};

/// The shipped mappings, by name.
std::vector<Entry> list();

/// The file of a mapping by name or path; a wrong name is answered with the nearest one.
core::Expected<std::filesystem::path> find(const std::string& nameOrPath);

/// The kind of machines that a mapping file is for; files that do not say are "spatial".
core::Expected<std::string> kindOf(const std::filesystem::path& file);

/// Names of the shipped mappings for machines of a kind that place every Einsum of the cascade and
/// nothing else, the best first (key `preference`, 1 before 2): candidates for a run without -m.
/// Mappings of kind gpu name Einsums or take all; their tiles and loops must be of rank variables
/// that the cascade has.
std::vector<std::string> candidates(const einsum::Cascade& cascade,
                                    std::string_view kind = "spatial");

/// Mappings of kind spatial that are made from any cascade (key `one_by_one`).
std::vector<std::string> generalMappings();

} // namespace einsight::mappings

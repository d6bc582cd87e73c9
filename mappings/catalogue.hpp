#pragma once
#include "mappings/mapping.hpp"

namespace einsight::mappings {

/// One shipped mapping.
struct Entry {
  std::string name;
  std::string summary;
};

/// The shipped mappings, by name.
std::vector<Entry> list();

/// The file of a mapping by name or path; a wrong name is answered with the nearest one.
core::Expected<std::filesystem::path> find(const std::string& nameOrPath);

/// Names of the shipped mappings that place every Einsum of the cascade and nothing else, the
/// best first (key `preference`, 1 before 2): candidates for a run without -m.
std::vector<std::string> candidates(const einsum::Cascade& cascade);

} // namespace einsight::mappings

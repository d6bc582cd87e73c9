#pragma once
#include "explore/mapper/search_mapping.hpp"

#include <array>
#include <string>
#include <vector>

namespace einsight::cli {

/// What `map` was asked for.
struct MapOptions {
  std::string workload, machine;
  std::string objective = "latency";
  std::string output;
  std::vector<std::string> settings, requirements;
  std::int64_t seconds = 60;
};

/// An objective by the name that a user gives.
struct NamedObjective {
  const char* name;
  mappings::Objective objective;
  const char* unit; ///< in which its values are shown
};
inline constexpr std::array kObjectives{
    NamedObjective{"latency", mappings::Objective::Latency, "cycles"},
    NamedObjective{"energy", mappings::Objective::Energy, "pJ"},
    NamedObjective{"edp", mappings::Objective::Edp, "pJ s"}};

/// The answer of `map` for people. The objective of the options must be one of the names.
std::string mapText(const MapOptions& options, const explore::MapAnswer& answer);
/// The same as JSON.
std::string mapJson(const MapOptions& options, const explore::MapAnswer& answer);
/// How the mapping came to be, for the head of its file.
std::vector<std::string> mapComment(const MapOptions& options, const explore::MapAnswer& answer);

} // namespace einsight::cli

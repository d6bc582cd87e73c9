#pragma once
#include "core/settings.hpp"

#include <vector>

/// Small sizes of linear attention: ragged, even, and one token.
namespace einsight::library {

inline const std::vector<core::Settings> kSizes{{{"B", 2}, {"H", 2}, {"L", 13}, {"E", 5}, {"F", 3}},
                                                {{"B", 1}, {"H", 1}, {"L", 16}, {"E", 4}, {"F", 4}},
                                                {{"B", 1}, {"H", 3}, {"L", 1}, {"E", 2}, {"F", 3}}};

inline core::Settings with(core::Settings sizes, const char* key, std::int64_t value) {
  sizes.emplace(key, value);
  return sizes;
}

} // namespace einsight::library

#pragma once
#include <cmath>
#include <cstdint>
#include <optional>

namespace einsight::core {

/// The whole number that a double is, where doubles tell it from its neighbours; so numbers of JSON
/// are written without a point.
inline std::optional<std::int64_t> exactWhole(double value) {
  constexpr double kExactIntegers = 0x1p53;
  return value == std::floor(value) && std::abs(value) < kExactIntegers
             ? std::optional(static_cast<std::int64_t>(value))
             : std::nullopt;
}

} // namespace einsight::core

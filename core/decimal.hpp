#pragma once
#include "core/rational.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace einsight::core {

/// A decimal number at the beginning of a text.
struct Decimal {
  std::optional<Rational> value; ///< empty: it does not fit an exact fraction of 64 bits
  std::size_t length = 0;        ///< characters it takes
};

/// Reads 12, 1.5, .5, 3e-4 exactly, without a sign; null when the text does not begin with a digit
/// or a dot and a digit.
std::optional<Decimal> readDecimal(std::string_view text);

} // namespace einsight::core

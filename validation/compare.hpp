#pragma once
#include <string>

namespace einsight::validation {

/// (simulated - reference) / reference; 0 where they are equal, 1 or -1 where only the reference is
/// 0.
double relativeError(double simulated, double reference);

/// Rounded to as many decimals as the text of a printed number has.
double roundedLike(double value, const std::string& text);

} // namespace einsight::validation

#pragma once
#include "results/result.hpp"

#include <string>

namespace einsight::results {

/// The JSON of `einsight run`: a stable contract (keys are added, never renamed), two spaces of
/// indentation, one line feed at the end. What is not known (an empty optional, a NaN or an
/// infinity) is null; whole numbers below 2^53 are written without a fraction. Text that is not
/// UTF-8 has its bad bytes replaced by U+FFFD.
std::string toJson(const Result& result);

} // namespace einsight::results

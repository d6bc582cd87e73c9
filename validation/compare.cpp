#include "validation/compare.hpp"

#include <cmath>

namespace einsight::validation {

double relativeError(double simulated, double reference) {
  if (simulated == reference) {
    return 0;
  }
  return reference == 0 ? std::copysign(1.0, simulated) : (simulated - reference) / reference;
}

double roundedLike(double value, const std::string& text) {
  const auto point = text.find('.');
  const int decimals = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

} // namespace einsight::validation

#include "sim/serving/driver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace einsight::sim::serving {

results::Quantiles quantilesOf(std::vector<std::pair<double, std::int64_t>> values) {
  std::sort(values.begin(), values.end());
  std::int64_t count = 0;
  double sum = 0;
  for (const auto& [value, times] : values) {
    count += times;
    sum += value * static_cast<double>(times);
  }
  if (count == 0) {
    constexpr auto kUnknown = std::numeric_limits<double>::quiet_NaN();
    return {kUnknown, kUnknown, kUnknown, kUnknown};
  }
  results::Quantiles out;
  out.mean = sum / static_cast<double>(count);
  std::int64_t passed = 0;
  const auto reach = [&](double share) {
    return static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count)));
  };
  for (const auto& [value, times] : values) {
    const auto before = passed;
    passed += times;
    for (const auto& [share, place] :
         {std::pair{0.5, &out.p50}, {0.9, &out.p90}, {0.99, &out.p99}}) {
      if (before < reach(share) && reach(share) <= passed) {
        *place = value;
      }
    }
  }
  return out;
}

} // namespace einsight::sim::serving

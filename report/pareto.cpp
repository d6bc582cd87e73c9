#include "report/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace einsight::report {

std::vector<bool> onFront(const std::vector<std::vector<double>>& values) {
  if (values.empty()) {
    return {};
  }
  std::vector<std::size_t> order(values.front().size());
  std::iota(order.begin(), order.end(), 0);
  const auto known = [&](std::size_t point) {
    return std::none_of(values.begin(), values.end(),
                        [&](const auto& each) { return std::isnan(each[point]); });
  };
  std::erase_if(order, [&](std::size_t point) { return !known(point); });
  const auto before = [&](std::size_t a, std::size_t b) {
    for (const auto& each : values) {
      if (each[a] != each[b]) {
        return each[a] < each[b];
      }
    }
    return false;
  };
  std::stable_sort(order.begin(), order.end(), before);
  std::vector<std::size_t> front; // nothing that comes later in this order beats what is in it
  std::vector<bool> on(values.front().size(), false);
  for (const auto point : order) {
    const bool beaten = std::any_of(front.begin(), front.end(), [&](std::size_t other) {
      return before(other, point) &&
             std::all_of(values.begin(), values.end(),
                         [&](const auto& each) { return each[other] <= each[point]; });
    });
    if (!beaten) {
      front.push_back(point);
      on[point] = true;
    }
  }
  return on;
}

} // namespace einsight::report

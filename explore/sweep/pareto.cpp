#include "explore/sweep/pareto.hpp"

#include <algorithm>
#include <numeric>

namespace einsight::explore::sweep {
namespace {

bool better(const std::vector<double>& a, const std::vector<double>& b) {
  return a != b && std::equal(a.begin(), a.end(), b.begin(), std::less_equal<>());
}

} // namespace

std::vector<std::size_t> paretoFront(const std::vector<std::vector<double>>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // In this order a point comes behind all that are better.
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  std::vector<std::size_t> front;
  for (const auto candidate : order) {
    if (std::none_of(front.begin(), front.end(),
                     [&](std::size_t each) { return better(points[each], points[candidate]); })) {
      front.push_back(candidate);
    }
  }
  std::sort(front.begin(), front.end());
  return front;
}

} // namespace einsight::explore::sweep

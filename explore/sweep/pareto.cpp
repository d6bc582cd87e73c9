#include "explore/sweep/pareto.hpp"

#include <algorithm>
#include <functional>

namespace einsight::explore::sweep {
namespace {

bool better(const std::vector<double>& a, const std::vector<double>& b) {
  return a != b && std::equal(a.begin(), a.end(), b.begin(), std::less_equal<>());
}

} // namespace

void Front::add(std::int64_t number, std::vector<double> values) {
  if (std::any_of(points_.begin(), points_.end(),
                  [&](const Point& point) { return better(point.values, values); })) {
    return;
  }
  std::erase_if(points_, [&](const Point& point) { return better(values, point.values); });
  points_.push_back({number, std::move(values)});
}

} // namespace einsight::explore::sweep

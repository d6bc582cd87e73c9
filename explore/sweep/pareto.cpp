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

std::vector<std::size_t> paretoFront(const std::vector<std::vector<double>>& points) {
  Front front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    front.add(static_cast<std::int64_t>(i), points[i]);
  }
  std::vector<std::size_t> out;
  for (const auto& point : front.points()) {
    out.push_back(static_cast<std::size_t>(point.number));
  }
  return out;
}

} // namespace einsight::explore::sweep

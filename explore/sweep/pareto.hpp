#pragma once
#include <cstdint>
#include <vector>

namespace einsight::explore::sweep {

/// The points seen so far that no other is better than: at least as small in every value and
/// smaller in one. What is not on it is forgotten.
class Front {
public:
  struct Point {
    std::int64_t number = 0;
    std::vector<double> values;
  };
  /// All points have the same number of values, at least one.
  void add(std::int64_t number, std::vector<double> values);
  /// In the order in which they came.
  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

private:
  std::vector<Point> points_;
};

} // namespace einsight::explore::sweep

#pragma once
#include <cstddef>
#include <vector>

namespace einsight::report {

/// Which points no other beats: at most as large in every value and smaller in one. A point with an
/// unknown value (NaN) is not among them. One flag per point; `values[i]` are the i-th value of all
/// points.
std::vector<bool> onFront(const std::vector<std::vector<double>>& values);

} // namespace einsight::report

#pragma once
#include <cstddef>
#include <vector>

namespace einsight::explore::sweep {

/// Which points no other point is better than: at least as small in every value and smaller in
/// one. Ascending. All points have the same number of values, at least one.
std::vector<std::size_t> paretoFront(const std::vector<std::vector<double>>& points);

} // namespace einsight::explore::sweep

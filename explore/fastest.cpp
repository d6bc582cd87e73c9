#include "explore/fastest.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace einsight::explore {
namespace {

constexpr double kRounding = 1e-9; ///< relative: sums of the same parts in another order

} // namespace

core::Expected<std::size_t> fastest(const std::vector<double>& bounds, const SecondsOf& secondsOf) {
  std::vector<std::size_t> order(bounds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return bounds[a] < bounds[b]; });
  std::optional<std::size_t> best;
  double least = 0;
  core::Problems reasons;
  for (const auto each : order) {
    if (best && bounds[each] > least * (1 + kRounding)) {
      break;
    }
    const auto seconds = secondsOf(each);
    if (!seconds) {
      reasons.insert(reasons.end(), seconds.error().begin(), seconds.error().end());
      continue;
    }
    const bool faster = !best || *seconds < least * (1 - kRounding);
    const bool equal = best && !faster && *seconds <= least * (1 + kRounding);
    if (faster || (equal && each < *best)) {
      best = each;
      least = *seconds;
    }
  }
  return best ? core::Expected<std::size_t>(*best) : core::failure(std::move(reasons));
}

} // namespace einsight::explore

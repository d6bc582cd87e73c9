#include "mappings/gna/window.hpp"

#include "core/invariant.hpp"

#include <algorithm>

namespace einsight::mappings::gna {

Group::Group(std::int64_t length, std::int64_t window, std::int64_t stride, bool causal)
    : length_(length), window_(window), stride_(stride), causal_(causal) {
  EINSIGHT_INVARIANT(1 <= stride && stride <= window && window <= length,
                     "a neighborhood has 1 <= stride <= window <= length");
}

std::int64_t Group::leader(std::int64_t i) const {
  const auto middle = causal_ ? stride_ - 1 : stride_ / 2;
  return std::min(i / stride_ * stride_ + middle, length_ - 1);
}

Keys Group::keys(std::int64_t i) const {
  if (causal_) {
    return {std::max<std::int64_t>(leader(i) - window_ + 1, 0), std::min(i + 1, length_)};
  }
  const auto start = std::clamp<std::int64_t>(leader(i) - window_ / 2, 0, length_ - window_);
  return {start, start + window_};
}

bool Group::atBorder(std::int64_t i) const {
  if (causal_) {
    return leader(i) - window_ + 1 < 0;
  }
  const auto start = leader(i) - window_ / 2;
  return start < 0 || start > length_ - window_;
}

/// The sum of the causal starts of queries 0 to i - 1: an arithmetic series over stride groups.
std::int64_t Group::startsBefore(std::int64_t i) const {
  const auto whole = i / stride_;                      // groups with all their queries before i
  const auto first = ceilDivide(window_, stride_) - 1; // the first group that starts after 0
  std::int64_t sum = 0;
  if (whole > first) { // group g starts at (g + 1) * stride - window
    const auto count = whole - first;
    const auto ends = (first + 1) * stride_ + whole * stride_ - 2 * window_;
    sum = stride_ * (count * ends / 2);
  }
  return sum + (i - whole * stride_) * (i > 0 ? keys(i - 1).start : 0);
}

std::int64_t Group::pairs(std::int64_t first, std::int64_t last) const {
  if (!causal_) {
    return (last - first) * window_;
  }
  const auto ends = (first + 1 + last) * (last - first) / 2;
  return ends - (startsBefore(last) - startsBefore(first));
}

std::vector<Groups> groupsOf(const AxisMask& mask) {
  std::vector<Groups> groups;
  const auto shorter = mask.length / mask.dilation;
  const auto longer = mask.length % mask.dilation;
  if (longer > 0) {
    groups.push_back({Group(shorter + 1, mask.window, mask.stride, mask.causal), longer});
  }
  groups.push_back({Group(shorter, mask.window, mask.stride, mask.causal), mask.dilation - longer});
  return groups;
}

} // namespace einsight::mappings::gna

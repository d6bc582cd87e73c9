#include "mappings/gna/block_sparse.hpp"

#include "mappings/gna/count.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace einsight::mappings::gna {
namespace {

bool divides(std::int64_t part, std::int64_t whole) {
  return whole % part == 0;
}

/// The kernels' predicate, of one dilation group. `window` is not the whole group.
bool staticPredicate(const Group& group, std::int64_t window, std::int64_t stride,
                     std::int64_t qTile, std::int64_t kvTile) {
  const auto length = group.length();
  const auto middle = stride / 2;
  const auto lastStart = group.keys(length - 1).start;
  const bool firstAligned = divides(kvTile, window / 2 - middle);
  const bool twoGroups = divides(kvTile, length) && ceilDivide(length, stride) == 2 &&
                         stride + middle >= length - window;
  return divides(qTile, stride) && divides(kvTile, window) &&
         (divides(stride, length) || divides(kvTile, lastStart)) && (firstAligned || twoGroups);
}

/// Whether every window of a group begins where a tile of keys does.
bool startsAligned(const Group& group, std::int64_t window, std::int64_t stride,
                   std::int64_t kvTile) {
  const auto length = group.length();
  const auto shift = stride / 2 - window / 2; // of the first window, before it is moved inwards
  // Stride groups whose windows are not moved to the first or the last place.
  const auto first = shift > 0 ? 0 : -shift / stride + 1;
  const auto end = std::min(ceilDivide(std::max<std::int64_t>(length - window - shift, 0), stride),
                            ceilDivide(length, stride));
  const bool inside = first >= end || (divides(kvTile, first * stride + shift) &&
                                       (end - first == 1 || divides(kvTile, stride)));
  return inside && divides(kvTile, group.keys(length - 1).start);
}

/// The strides of an axis that are looked at: those near the mask's own, as many as take a moment.
struct Reach {
  std::int64_t lowest = 1, highest = 1;
};

Reach reachOf(const AxisMask& mask, std::int64_t qTile, KvTiling kvTiling) {
  constexpr std::int64_t kMostSteps = 10'000'000; // predicates, or tiles that are counted
  const auto each =
      kvTiling == KvTiling::Static ? 1 : 2 * ceilDivide(mask.length, qTile * mask.dilation);
  const auto most = std::max<std::int64_t>(kMostSteps / each, 1);
  return {std::max<std::int64_t>(mask.stride - most, 1), std::min(mask.stride + most, mask.window)};
}

/// The stride nearest to the mask's own with which its axis is block sparse.
std::optional<std::int64_t> nearestStride(AxisMask mask, std::int64_t qTile, std::int64_t kvTile,
                                          KvTiling kvTiling) {
  const bool hopeless = mask.causal || !divides(kvTile, mask.window) || qTile > mask.window;
  if (kvTiling == KvTiling::Static && mask.length > mask.window && hopeless) {
    return std::nullopt;
  }
  const auto own = mask.stride;
  const auto [lowest, highest] = reachOf(mask, qTile, kvTiling);
  for (std::int64_t distance = 0; distance <= std::max(own - lowest, highest - own); ++distance) {
    for (const auto stride : {own - distance, own + distance}) {
      mask.stride = stride;
      if (stride >= lowest && stride <= highest && isBlockSparse(mask, qTile, kvTile, kvTiling)) {
        return stride;
      }
    }
  }
  return std::nullopt;
}

std::string whyNone(const AxisMask& mask, std::int64_t qTile, std::int64_t kvTile,
                    KvTiling kvTiling, std::size_t number) {
  const auto axis = fmt::format("axis {}: ", number + 1);
  const bool onGrid = kvTiling == KvTiling::Static;
  if (onGrid && mask.causal) {
    return axis + "a causal axis always needs its mask";
  }
  if (onGrid && !divides(kvTile, mask.window)) {
    return axis +
           fmt::format("the KV tile of {} does not divide the window of {}", kvTile, mask.window);
  }
  if (onGrid && qTile > mask.window) {
    return axis + fmt::format("the Q tile of {} is longer than the window of {}, which bounds the "
                              "stride",
                              qTile, mask.window);
  }
  const auto [lowest, highest] = reachOf(mask, qTile, kvTiling);
  return axis + fmt::format("no stride from {} to {} lines the windows up with tiles of {} queries "
                            "and {} keys",
                            lowest, highest, qTile, kvTile);
}

} // namespace

bool isBlockSparse(const AxisMask& mask, std::int64_t qTile, std::int64_t kvTile,
                   KvTiling kvTiling) {
  if (kvTiling == KvTiling::Dynamic) {
    const auto counts = countAxis(mask, qTile, kvTile, kvTiling);
    return counts.full == counts.visited;
  }
  const auto groups = groupsOf(mask);
  return !mask.causal && std::all_of(groups.begin(), groups.end(), [&](const Groups& part) {
    const auto& group = part.group;
    return group.length() == mask.window ||
           (staticPredicate(group, mask.window, mask.stride, qTile, kvTile) &&
            startsAligned(group, mask.window, mask.stride, kvTile));
  });
}

bool isFullyBlockSparse(const Question& question) {
  for (std::size_t x = 0; x < question.axes.size(); ++x) {
    if (!isBlockSparse(question.axes[x], question.qTile[x], question.kvTile[x],
                       question.kvTiling)) {
      return false;
    }
  }
  return true;
}

tl::expected<Shape, std::vector<std::string>> nearestBlockSparse(const Question& question) {
  Shape strides;
  std::vector<std::string> reasons;
  for (std::size_t x = 0; x < question.axes.size(); ++x) {
    const auto qTile = question.qTile[x];
    const auto kvTile = question.kvTile[x];
    if (const auto stride = nearestStride(question.axes[x], qTile, kvTile, question.kvTiling)) {
      strides.push_back(*stride);
    } else {
      reasons.push_back(whyNone(question.axes[x], qTile, kvTile, question.kvTiling, x));
    }
  }
  if (!reasons.empty()) {
    return tl::unexpected(std::move(reasons));
  }
  return strides;
}

} // namespace einsight::mappings::gna

#include "mappings/gna/strides.hpp"

#include "mappings/gna/block_sparse.hpp"
#include "mappings/gna/count.hpp"
#include "mappings/gna/flattened.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace einsight::mappings::gna {
namespace {

constexpr double kMostSteps = 17179869184.0; // 2^34: about a minute
constexpr double kMostVisits = 2e9;          // tiles of queries looked at: about ten seconds

struct AxisBound {
  std::int64_t stride = 0;
  std::int64_t visitedMost = 0;
};

/// The strides of an axis that visit fewer tiles than every smaller one: no other can be part of a
/// best combination, since the smaller stride in its place is as fast with a smaller product.
std::vector<AxisBound> axisBounds(AxisMask mask, std::int64_t qTile, std::int64_t kvTile,
                                  KvTiling kvTiling) {
  std::vector<AxisBound> bounds;
  for (mask.stride = 1; mask.stride <= mask.window; ++mask.stride) {
    const auto most = visitedMost(mask, qTile, kvTile, kvTiling);
    if (bounds.empty() || most < bounds.back().visitedMost) {
      bounds.push_back({mask.stride, most});
    }
  }
  return bounds;
}

/// All combinations of one stride per axis.
std::vector<StrideBound> combinations(const std::vector<std::vector<AxisBound>>& axes) {
  std::vector<StrideBound> all{{{}, 1, 0, false}};
  for (const auto& axis : axes) {
    std::vector<StrideBound> longer;
    for (const auto& shorter : all) {
      for (const auto& bound : axis) {
        longer.push_back(shorter);
        longer.back().stride.push_back(bound.stride);
        longer.back().visitedMost *= bound.visitedMost;
      }
    }
    all = std::move(longer);
  }
  return all;
}

/// Those that are faster than every other with a smaller or equal product.
std::vector<StrideBound> front(std::vector<StrideBound> all) {
  std::sort(all.begin(), all.end(), [](const StrideBound& a, const StrideBound& b) {
    return std::tuple(product(a.stride), a.visitedMost, a.stride) <
           std::tuple(product(b.stride), b.visitedMost, b.stride);
  });
  std::vector<StrideBound> out;
  for (auto& bound : all) {
    if (out.empty() || bound.visitedMost < out.back().visitedMost) {
      out.push_back(std::move(bound));
    }
  }
  return out;
}

/// 1-D tiling: every stride is counted by itself.
core::Expected<std::vector<StrideBound>>
sweepFlattened(const Question& question, const std::function<bool(double)>& progress) {
  const auto strides = product(question.window());
  const double steps = stepsFlattened(question) * static_cast<double>(strides);
  if (steps > kMostSteps) {
    return core::failure(
        {{optionPlace("sweep-strides"),
          fmt::format("counting 1-D tiles for {} strides takes {:.2g} steps", strides, steps),
          fmt::format("at most {:.2g}: use multi-dimensional tiling, or ask for one stride",
                      kMostSteps)}});
  }
  std::vector<StrideBound> all;
  for (std::int64_t i = 0; i < strides; ++i) {
    if (progress && !progress(static_cast<double>(i) / static_cast<double>(strides))) {
      return core::failure({{{}, "stopped", {}}});
    }
    Shape stride;
    auto rest = i;
    for (const auto window : question.window()) {
      stride.push_back(rest % window + 1);
      rest /= window;
    }
    const auto counts = countFlattened(withStride(question, stride));
    if (!counts) {
      return core::failure(counts.error());
    }
    all.push_back(
        {std::move(stride), counts->visitedMost,
         static_cast<double>(counts->kvTilesDense) / static_cast<double>(counts->visitedMost),
         counts->full == counts->visited});
  }
  return front(std::move(all));
}

} // namespace

core::Expected<std::vector<StrideBound>> sweepStrides(const Question& question,
                                                      const std::function<bool(double)>& progress) {
  if (question.flattened) {
    return sweepFlattened(question, progress);
  }
  const auto place = optionPlace("sweep-strides");
  double visits = 0;
  for (std::size_t x = 0; x < question.axes.size(); ++x) {
    const auto& axis = question.axes[x];
    const auto tiles = 2 * (axis.length / (question.qTile[x] * axis.dilation) + 1);
    visits += static_cast<double>(axis.window) * static_cast<double>(tiles);
  }
  if (visits > kMostVisits) {
    return core::failure(
        {{place, fmt::format("{:.2g} tiles of queries would be looked at", visits),
          fmt::format("at most {:.2g}: a smaller window or larger tiles", kMostVisits)}});
  }
  std::vector<std::vector<AxisBound>> axes;
  std::int64_t dense = 1;
  for (std::size_t x = 0; x < question.axes.size(); ++x) {
    const auto kvTile = question.kvTile[x];
    axes.push_back(axisBounds(question.axes[x], question.qTile[x], kvTile, question.kvTiling));
    dense *= ceilDivide(question.axes[x].length, kvTile);
  }
  auto out = front(combinations(axes));
  for (auto& bound : out) {
    bound.simSpeedup = static_cast<double>(dense) / static_cast<double>(bound.visitedMost);
    bound.fullyBlockSparse = isFullyBlockSparse(withStride(question, bound.stride));
  }
  return out;
}

} // namespace einsight::mappings::gna

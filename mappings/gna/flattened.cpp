#include "mappings/gna/flattened.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace einsight::mappings::gna {
namespace {

constexpr double kMostSteps = 17179869184.0; // 2^34: about a minute

/// A mask along an axis, by token: every dilation group with its tokens.
class AxisKeys {
public:
  explicit AxisKeys(const AxisMask& mask) : mask_(mask), groups_(groupsOf(mask)) {}

  /// Keys of a query: tokens start, start + dilation, … end - 1.
  [[nodiscard]] Keys tokens(std::int64_t query) const {
    const auto group = query % mask_.dilation;
    const auto longer = mask_.length % mask_.dilation;
    const auto& rule = (group < longer ? groups_.front() : groups_.back()).group;
    const auto keys = rule.keys(query / mask_.dilation);
    return {keys.start * mask_.dilation + group, (keys.end - 1) * mask_.dilation + group + 1};
  }
  [[nodiscard]] const AxisMask& mask() const { return mask_; }

private:
  AxisMask mask_;
  std::vector<Groups> groups_;
};

/// How many of some queries of a row attend each key of a row, as sums up to a key.
struct RowSums {
  std::int64_t first = 0;         ///< the first key with any
  std::vector<std::int64_t> sums; ///< sums[i]: over keys first to first + i - 1
  [[nodiscard]] std::int64_t last() const {
    return first + static_cast<std::int64_t>(sums.size()) - 1;
  }
  /// Over keys [from, to) of the row.
  [[nodiscard]] std::int64_t between(std::int64_t from, std::int64_t to) const {
    const auto at = [this](std::int64_t key) {
      return sums[static_cast<std::size_t>(std::clamp(key, first, last()) - first)];
    };
    return at(to) - at(from);
  }
};

/// The sums for queries [from, to) of a row: +1 at the first key of each, -1 a step behind its
/// last, then summed along the dilation group and along the row.
RowSums rowSums(const AxisKeys& axis, std::int64_t from, std::int64_t to) {
  const auto step = static_cast<std::size_t>(axis.mask().dilation);
  Keys span{std::numeric_limits<std::int64_t>::max(), 0};
  for (auto query = from; query < to; ++query) {
    const auto keys = axis.tokens(query);
    span = {std::min(span.start, keys.start), std::max(span.end, keys.end)};
  }
  const auto width = static_cast<std::size_t>(span.end - span.start);
  std::vector<std::int64_t> attending(width + step, 0);
  for (auto query = from; query < to; ++query) {
    const auto keys = axis.tokens(query);
    ++attending[static_cast<std::size_t>(keys.start - span.start)];
    --attending[static_cast<std::size_t>(keys.end - 1 - span.start) + step];
  }
  RowSums out{span.start, {0}};
  for (std::size_t i = 0; i < width; ++i) {
    attending[i] += i < step ? 0 : attending[i - step];
    out.sums.push_back(out.sums.back() + attending[i]);
  }
  return out;
}

/// Walks the rows of queries and, for each, the rows of keys that they see.
class Flattened {
public:
  explicit Flattened(const Question& question)
      : qTile_(question.qTile.front()), kvTile_(question.kvTile.front()),
        tokens_(product(question.layout())), row_(question.axes.back().length),
        unmasked_(static_cast<std::size_t>(ceilDivide(tokens_, kvTile_)), 0) {
    for (const auto& mask : question.axes) {
      axes_.emplace_back(mask);
    }
    counts_.qTilesDense = ceilDivide(tokens_, qTile_);
    counts_.qTilesRun = counts_.qTilesDense;
    counts_.kvTilesDense = ceilDivide(tokens_, kvTile_);
    counts_.visitedLeast = std::numeric_limits<std::int64_t>::max();
  }

  /// Rows of queries, cut by tiles, times the rows of keys of each and their tiles.
  [[nodiscard]] double steps() const {
    double keyRows = 1;
    for (std::size_t x = 0; x + 1 < axes_.size(); ++x) {
      keyRows *= static_cast<double>(axes_[x].mask().window);
    }
    const auto& last = axes_.back().mask();
    const auto span = std::min(last.length, (last.window + qTile_) * last.dilation);
    const auto rows = tokens_ / row_ + counts_.qTilesDense;
    const auto tilesOfRow = span / kvTile_ + 2;
    return static_cast<double>(rows) *
           (keyRows * static_cast<double>(tilesOfRow) + 2 * static_cast<double>(span));
  }

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] const std::vector<TileVisits>& tiles() const { return tiles_; }

  void count() {
    for (std::int64_t begin = 0; begin < tokens_; begin += qTile_) {
      const auto end = std::min(begin + qTile_, tokens_);
      for (auto query = begin; query < end;) {
        const auto rowEnd = std::min((query / row_ + 1) * row_, end);
        addRow(query / row_, query % row_, query % row_ + rowEnd - query);
        query = rowEnd;
      }
      finishTile(end - begin);
    }
    counts_.neededMost = counts_.visitedMost;
    counts_.needed = counts_.real = counts_.visited;
    counts_.innerPairs = counts_.pairs;
    counts_.innerRealPairs = counts_.realPairs;
  }

private:
  /// Queries [from, to) of a row, with every row of keys that the row sees.
  void addRow(std::int64_t row, std::int64_t from, std::int64_t to) {
    const auto sums = rowSums(axes_.back(), from, to);
    Keys outer{0, 1};
    Keys middle{0, 1};
    std::int64_t outerStep = 1;
    std::int64_t middleStep = 1;
    std::int64_t middleLength = 1;
    if (axes_.size() >= 2) {
      const auto& axis = axes_[axes_.size() - 2];
      middleLength = axis.mask().length;
      middle = axis.tokens(row % middleLength);
      middleStep = axis.mask().dilation;
    }
    if (axes_.size() == 3) {
      outer = axes_.front().tokens(row / middleLength);
      outerStep = axes_.front().mask().dilation;
    }
    for (auto o = outer.start; o < outer.end; o += outerStep) {
      for (auto m = middle.start; m < middle.end; m += middleStep) {
        addKeyRow((o * middleLength + m) * row_, sums);
      }
    }
  }

  void addKeyRow(std::int64_t base, const RowSums& sums) {
    const auto first = (base + sums.first) / kvTile_;
    const auto last = (base + sums.last() - 1) / kvTile_;
    lowest_ = std::min(lowest_, first);
    highest_ = std::max(highest_, last);
    for (auto tile = first; tile <= last; ++tile) {
      unmasked_[static_cast<std::size_t>(tile)] +=
          sums.between(tile * kvTile_ - base, (tile + 1) * kvTile_ - base);
    }
  }

  void finishTile(std::int64_t queries) {
    std::int64_t visited = 0;
    std::int64_t unmasked = 0;
    for (auto tile = lowest_; tile <= highest_; ++tile) {
      auto& pairs = unmasked_[static_cast<std::size_t>(tile)];
      const auto all = queries * (std::min((tile + 1) * kvTile_, tokens_) - tile * kvTile_);
      visited += pairs > 0 ? 1 : 0;
      unmasked += pairs == all ? 1 : 0;
      counts_.realPairs += pairs > 0 ? all : 0;
      counts_.pairs += pairs;
      pairs = 0;
    }
    tiles_.push_back({visited, visited - unmasked});
    counts_.full += unmasked;
    counts_.visited += visited;
    counts_.visitedMost = std::max(counts_.visitedMost, visited);
    counts_.visitedLeast = std::min(counts_.visitedLeast, visited);
    lowest_ = std::numeric_limits<std::int64_t>::max();
    highest_ = 0;
  }

  std::vector<AxisKeys> axes_;
  std::int64_t qTile_, kvTile_, tokens_, row_;
  std::vector<std::int64_t> unmasked_; ///< pairs, per tile of keys, of one tile of queries
  std::int64_t lowest_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t highest_ = 0;
  Counts counts_;
  std::vector<TileVisits> tiles_;
};

core::Expected<Flattened> counted(const Question& question) {
  Flattened flattened(question);
  if (flattened.steps() > kMostSteps) {
    return core::failure(
        {{optionPlace("tiling"),
          fmt::format("counting 1-D tiles of this layout takes {:.2g} steps", flattened.steps()),
          fmt::format("at most {:.2g}: use multi-dimensional tiling, or a smaller layout or window",
                      kMostSteps)}});
  }
  flattened.count();
  return flattened;
}

} // namespace

double stepsFlattened(const Question& question) {
  return Flattened(question).steps();
}

core::Expected<Counts> countFlattened(const Question& question) {
  return counted(question).map([](const Flattened& flattened) { return flattened.counts(); });
}

core::Expected<std::vector<TileVisits>> visitsFlattened(const Question& question) {
  return counted(question).map([](const Flattened& flattened) { return flattened.tiles(); });
}

} // namespace einsight::mappings::gna

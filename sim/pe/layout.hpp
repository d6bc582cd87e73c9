#pragma once
#include "einsum/cascade.hpp"
#include "sim/schedule.hpp"

#include <array>

namespace einsight::sim::cells {

/// Rank variables of an Einsum that a PE can count.
inline constexpr std::size_t kMostRanges = 12;

/// A point of an iteration space. Bit r of `outside`: the value of range r does not exist.
struct Spot {
  std::array<std::int64_t, kMostRanges> values{};
  unsigned outside = 0;
  bool idle = false; ///< beyond the first lane of an axis over which nothing is spread
};

/// One instance of a compute task: where its tile begins and how many steps each PE makes.
struct Wave {
  std::array<std::int64_t, kMostRanges> base{};
  std::vector<std::int64_t> counts; ///< per wheel of the layout
  std::int64_t steps = 1;
  std::int64_t inner = 1; ///< steps that end in one result
};

/// Which point of its tile a PE works on in which step. Steps go through what is not spread over
/// the array: results first (one after another), what is summed last (innermost). Row 0 is the only
/// row of an array with one axis.
class Layout {
public:
  Layout(const Section& section, const Task& task, const einsum::Einsum& einsum,
         const std::vector<std::int64_t>& axisSizes);

  /// `whole`: as if no tile were short or empty.
  [[nodiscard]] Wave wave(const Digits& digits, bool whole) const;
  [[nodiscard]] Spot spot(const Wave& wave, std::int64_t step, int row, int column) const;
  /// Whether the tile begins beyond the last value of one of these ranges.
  [[nodiscard]] bool outside(const Wave& wave, unsigned ranges) const;
  /// Ranges that have a part along the rows (axis 0) or the columns (1).
  [[nodiscard]] unsigned along(int axis) const { return along_[static_cast<std::size_t>(axis)]; }
  [[nodiscard]] bool reducesAlong(int axis) const { return (along(axis) & reduced_) != 0; }
  /// Why the steps cannot be counted so, or empty.
  [[nodiscard]] std::string problem() const;

private:
  /// Goes round once for each fold of an axis, or each value that a range has per lane.
  struct Wheel {
    int axis = -1;
    int range = -1;
  };

  [[nodiscard]] bool addAxis(Spot& spot, std::size_t axis, std::int64_t index) const;
  void addSteps(Spot& spot, std::size_t range, std::int64_t index) const;
  [[nodiscard]] const Tile& tile() const { return task_.tile; }

  const Section& section_;
  const Task& task_;
  std::array<std::vector<Tile::Spread>, 2> axes_; ///< rows, columns
  std::array<std::int64_t, 2> sizes_{1, 1};
  std::array<std::int64_t, 2> wanted_{1, 1};
  std::array<unsigned, 2> along_{0, 0};
  unsigned reduced_ = 0;
  std::vector<Wheel> wheels_;
  std::size_t outer_ = 0;           ///< wheels before those of what is summed
  std::vector<std::int64_t> lanes_; ///< per range: values side by side
};

} // namespace einsight::sim::cells

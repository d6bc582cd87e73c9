#pragma once
#include "sim/totals.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace einsight::sim {

/// Critical paths, each as ticks per Einsum, then of transfers, then of waits. There is one for
/// each stream (up to its last task), task (up to the last end) and barrier (up to the last
/// arrival). Between two moments a path goes on from what one of the paths was at the first moment,
/// not always itself: that origin is known since the last mark of each level.
class Paths {
public:
  Paths() = default;
  Paths(std::size_t streams, std::size_t tasks, std::size_t barriers, std::size_t parts)
      : streams_(streams), tasks_(tasks), width_(parts),
        parts_((streams + tasks + barriers) * parts), lengths_(streams + tasks + barriers) {}

  [[nodiscard]] static std::size_t ofStream(std::size_t stream) { return stream; }
  [[nodiscard]] std::size_t ofTask(int task) const {
    return streams_ + static_cast<std::size_t>(task);
  }
  [[nodiscard]] std::size_t ofBarrier(int barrier) const {
    return streams_ + tasks_ + static_cast<std::size_t>(barrier);
  }
  /// Sum of the parts.
  [[nodiscard]] Wide length(std::size_t path) const { return lengths_[path]; }
  [[nodiscard]] Wide part(std::size_t path, std::size_t part) const {
    return parts_[path * width_ + part];
  }
  void add(std::size_t path, std::size_t part, Wide ticks) {
    parts_[path * width_ + part] += ticks;
    lengths_[path] += ticks;
  }
  void wait(std::size_t path, Wide ticks) { add(path, width_ - 1, ticks); }
  void copy(std::size_t from, std::size_t to) {
    copyRow(parts_, width_, from, to);
    copyRow(origins_, levels_, from, to);
    lengths_[to] = lengths_[from];
  }
  /// Every path is its own origin from now on, for this level.
  void mark(std::size_t level);
  /// Goes on by as many periods as are equal to that from `before`, when the level was marked, to
  /// now: each time, a path is what its origin was, and what the period added to it.
  void repeat(const Paths& before, std::size_t level, std::int64_t times);

private:
  template <class T>
  static void copyRow(std::vector<T>& rows, std::size_t width, std::size_t from, std::size_t to) {
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(from * width), width,
                rows.begin() + static_cast<std::ptrdiff_t>(to * width));
  }
  [[nodiscard]] std::size_t origin(std::size_t path, std::size_t level) const {
    return static_cast<std::size_t>(origins_[path * levels_ + level]);
  }

  std::size_t streams_ = 0;
  std::size_t tasks_ = 0;
  std::size_t width_ = 0;
  std::size_t levels_ = 0;
  std::vector<Wide> parts_; ///< path-major
  std::vector<Wide> lengths_;
  std::vector<std::int32_t> origins_; ///< path-major, a column for each level
};

} // namespace einsight::sim

#pragma once
#include "sim/domain.hpp"
#include "sim/schedule/holds.hpp"

#include <deque>
#include <map>

namespace einsight::sim {

/// How many bytes each memory holds while a section runs, from the starts and ends of its tasks.
///
/// Of every hold the tiles before the first that is still used are gone; of those from there on it
/// is known which have come. Where repeated periods were skipped both are found anew, from how far
/// every task has come: as many tiles are looked at as are there.
class Occupancy {
public:
  /// `section` and `holds` must outlive it.
  Occupancy(const Section& section, const std::vector<Hold>& holds, std::size_t memories);

  /// An instance of a task starts: the one behind those that have ended.
  void starts(int task);
  /// More instances of a task have ended, at `now` (ticks of the section).
  void ends(int task, std::int64_t count, Wide now);
  /// Periods were skipped: every task has ended so many instances in all, `ticks` went by.
  void skipped(const std::vector<std::int64_t>& ends, Wide ticks);

  /// When the next end is known to those who fill its place, if one is under way.
  [[nodiscard]] std::optional<Wide> next() const;
  /// Makes known what is under way up to `now`.
  void settle(Wide now);
  [[nodiscard]] const std::vector<Wide>& bytes() const { return bytes_; } ///< per memory

private:
  struct Place {
    std::int64_t tiles = 1;          ///< in all
    std::int64_t first = 0;          ///< tile that is not yet gone
    std::deque<std::int64_t> there;  ///< bytes (parts) from `first` on; 0: has not come
    Wide held = 0;                   ///< sum of these
    std::vector<std::int64_t> known; ///< ends, per user
  };
  /// Ends that are known later.
  struct Late {
    std::size_t hold = 0;
    std::size_t user = 0;
    std::int64_t count = 0;
  };

  [[nodiscard]] bool gone(std::size_t hold, std::int64_t tile);
  [[nodiscard]] std::int64_t firstThere(std::size_t hold);
  void free(std::size_t hold);
  void findAgain(std::size_t hold);
  void add(std::size_t hold, Wide parts);
  [[nodiscard]] bool reached(const Hold& hold, std::int64_t tile);
  [[nodiscard]] bool filled(const Hold& hold, std::int64_t tile);
  [[nodiscard]] std::int64_t started(int task) const;
  void know(std::size_t hold, std::size_t user, std::int64_t count);

  const Section& section_;
  const std::vector<Hold>& holds_;
  std::vector<Place> places_;       ///< per hold
  std::vector<std::int64_t> ended_; ///< per task
  std::vector<bool> running_;       ///< per task: the instance behind those that have ended
  std::multimap<Wide, Late> late_;
  std::vector<Wide> bytes_;
  Digits digits_;
};

} // namespace einsight::sim

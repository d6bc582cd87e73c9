#pragma once
#include "mappings/mapper/choose.hpp"

#include <chrono>

/// The search through the structures of one section, and its tools.
namespace einsight::mappings::mapper {

/// What is left of a search, in seconds or in steps, and whoever may stop it.
class Watch {
public:
  Watch(const SearchOptions& options, const Counts& counts);

  /// Asked now and then. True: stop at once.
  bool stopped();
  /// True once the share for the section at hand is over.
  bool late();
  void allow(double amount);
  /// What follows, up to the next call, may take so much in all.
  void limit(double amount);
  /// Is that over?
  bool over();
  [[nodiscard]] double left() const;
  /// From the first moment on.
  [[nodiscard]] double all() const { return all_; }
  /// Has something been left out because a share was over?
  [[nodiscard]] bool cut() const { return cut_; }

private:
  using Clock = std::chrono::steady_clock;
  const SearchOptions& options_;
  const Counts& counts_;
  [[nodiscard]] double spent() const;
  Clock::time_point start_ = Clock::now();
  Clock::time_point asked_; ///< for the last time; long ago at first, so that every search asks
  double all_ = 0, limit_ = 0, share_ = 0;
  std::int64_t steps_ = 0;
  bool stopped_ = false, cut_ = false;
};

/// Adds to `front` the best sections of these Einsums. `anySize`, `smooth`: see Shapes.
void searchSection(const Facts& facts, const std::vector<int>& members, bool anySize, bool smooth,
                   Front& front, Counts& counts, Watch& watch);

/// Variants of a section that the bound does not tell apart, or hardly: as a pipeline, with
/// smaller chunks so that more tiles are in flight, with results that wait in registers.
std::vector<Solution> variants(const Solution& section);

} // namespace einsight::mappings::mapper

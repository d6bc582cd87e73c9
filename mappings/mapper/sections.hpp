#pragma once
#include "mappings/mapper/choose.hpp"

#include <chrono>

/// The search through the structures of one section, and its tools.
namespace einsight::mappings::mapper {

/// Time that is left, and whoever may stop the search.
class Watch {
public:
  Watch(const SearchOptions& options, const Counts& counts);

  /// Asked now and then. True: stop at once.
  bool stopped();
  /// True once the share of the time for the section at hand is over.
  bool late();
  void allow(double seconds);
  /// What follows, up to the next call, may take so long in all.
  void limit(double seconds);
  /// Is that time over?
  bool over();
  [[nodiscard]] double left() const;

private:
  using Clock = std::chrono::steady_clock;
  const SearchOptions& options_;
  const Counts& counts_;
  [[nodiscard]] static Clock::time_point in(double seconds);
  Clock::time_point start_ = Clock::now(), asked_ = Clock::now(), share_ = Clock::now();
  Clock::time_point limit_ = Clock::now();
  bool stopped_ = false;
};

/// Adds to `front` the best sections of these Einsums. `anySize`, `smooth`: see Shapes.
void searchSection(const Facts& facts, const std::vector<int>& members, bool anySize, bool smooth,
                   Front& front, Counts& counts, Watch& watch);

/// Variants of a section that the bound does not tell apart, or hardly: as a pipeline, with
/// smaller chunks so that more tiles are in flight, with results that wait in registers.
std::vector<Solution> variants(const Solution& section);

} // namespace einsight::mappings::mapper

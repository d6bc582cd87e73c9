#pragma once
#include "explore/requirements.hpp"
#include "explore/search_mapping.hpp"

#include <chrono>

/// What a search proposes and what the catalogue has, simulated and compared.
namespace einsight::explore {

inline constexpr double kSearchShare = 0.9; ///< of the progress; the rest is simulation

/// The end of a time from now on.
class Deadline {
public:
  explicit Deadline(double seconds)
      : end_(Clock::now() +
             std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {}
  [[nodiscard]] bool over() const { return left() <= 0; }
  [[nodiscard]] double left() const {
    return std::chrono::duration<double>(end_ - Clock::now()).count();
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_;
};

/// The objective of a mapping on the bound: cycles, picojoules, or picojoules * seconds.
double boundOf(mappings::Objective objective, const mappings::Evaluation& evaluation, double hertz);

/// Simulates the finalists of a search, the best bound first, until no other can be noticeably
/// better or as long as the search may take; where that is too short for any of them, or the search
/// was `stopped`, the first one is the answer as the bound has it. Fails when none of them meets
/// the requirements.
core::Expected<MapAnswer> bestFinalist(const MapRequest& request, const arch::Machine& machine,
                                       const Requirements& requirements,
                                       const mappings::Found& found, bool stopped);

/// The best mapping of the catalogue that is legal here and meets the requirements, simulated for
/// as long as the search may take; one that takes longer to simulate counts as on the bound.
std::optional<MapAnswer> bestShipped(const MapRequest& request, const einsum::Cascade& cascade,
                                     const Requirements& requirements);

/// What was found with what the catalogue has beside it, or instead of it where that is better. A
/// simulated mapping of the catalogue also takes the place of one that could not be simulated,
/// except for energy, which the bound has exactly.
core::Expected<MapAnswer> withShipped(const MapRequest& request, core::Expected<MapAnswer> found,
                                      std::optional<MapAnswer> shipped);

} // namespace einsight::explore

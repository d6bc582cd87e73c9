#pragma once
#include "explore/mapper/requirements.hpp"
#include "explore/mapper/search_mapping.hpp"
#include "explore/mapper/shortfall.hpp"

#include <chrono>

/// What a search proposes and what the catalogue has, simulated and compared.
namespace einsight::explore {

inline constexpr double kSearchShare = 0.9; ///< of the progress; the rest is simulation

/// The end of a time from now on, or of a number of reports of simulations, which is the same on
/// every machine.
class Deadline {
public:
  /// As long as the request says, or as many reports.
  static Deadline of(const MapRequest& request) {
    return request.steps ? Deadline(true, static_cast<double>(*request.steps) / kStepsOfReport)
                         : Deadline(false, static_cast<double>(request.seconds));
  }
  /// A part of what is left, from now on.
  [[nodiscard]] Deadline part(double share) const { return {counts_, share * left()}; }
  /// A simulation says that it goes on.
  void report() { ++reports_; }
  [[nodiscard]] bool over() const { return left() <= 0; }
  [[nodiscard]] double left() const {
    return amount_ -
           (counts_ ? reports_ : std::chrono::duration<double>(Clock::now() - begin_).count());
  }

private:
  using Clock = std::chrono::steady_clock;
  static constexpr double kStepsOfReport = 100; ///< they take about as long
  Deadline(bool counts, double amount) : counts_(counts), amount_(amount) {}

  bool counts_;
  double amount_, reports_ = 0;
  Clock::time_point begin_ = Clock::now();
};

/// The objective of a mapping on the bound: cycles, picojoules, or picojoules * seconds.
double boundOf(mappings::Objective objective, const mappings::Evaluation& evaluation, double hertz);

/// Simulates the finalists of a search, the best bound first, until no other can be noticeably
/// better or as long as the search may take (Deadline); where that is too short for any of them, or
/// the search was `stopped`, the first one is the answer as the bound has it. Fails when none of
/// them meets the requirements; `shortfall` is told what those that do not come to.
core::Expected<MapAnswer> bestFinalist(const MapRequest& request, const arch::Machine& machine,
                                       const Requirements& requirements,
                                       const mappings::Found& found, bool stopped,
                                       Shortfall& shortfall);

/// What was looked at.
void addCounts(const mappings::Found& found, MapAnswer& answer);

/// A finalist as a point of that name.
core::Expected<Point> pointOf(const mappings::Finalist& finalist, const arch::Machine& machine,
                              const std::string& name);

inline constexpr double kNoticeable = 1e-5; ///< a smaller gain is not worth another simulation

/// The best mapping of the catalogue that is legal here and meets the requirements (of those made
/// for the cascade, else of those that run any), simulated for as long as the search may take; one
/// that takes longer to simulate counts as on the bound.
std::optional<MapAnswer> bestShipped(const MapRequest& request, const einsum::Cascade& cascade,
                                     const Requirements& requirements);

/// What was found with what the catalogue has beside it, or instead of it where that is better. A
/// simulated mapping of the catalogue also takes the place of one that could not be simulated and
/// is not twice as good on the bound; except for energy, which the bound has exactly.
core::Expected<MapAnswer> withShipped(const MapRequest& request, core::Expected<MapAnswer> found,
                                      std::optional<MapAnswer> shipped);

} // namespace einsight::explore

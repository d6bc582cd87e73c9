#pragma once
#include "explore/mapper/finalists.hpp"

/// More simulations where the bound is too loose to choose by.
namespace einsight::explore {

inline constexpr double kNothingYet = 1e300; ///< of an objective

/// What a search leaves behind.
struct Searched {
  const MapRequest& request;
  const arch::Machine& machine;
  const Requirements& requirements;
  const mappings::Found& found;
  Shortfall& shortfall;
  double seconds = 0; ///< that it took
};

/// The options of a search that the request gives, less its limits.
mappings::SearchOptions searchOptions(const MapRequest& request);
mappings::LoadCascade loaderOf(const MapRequest& request);

/// Where the answer, and what is known already (`known`, of the objective), are more than a
/// hundredth above the smallest bound: the best of the mappings of the space that may be better,
/// those of the smallest bounds simulated first, 64 structures, then four times as many, and so on.
/// It ends when two such rounds gained less than a hundredth or a tenth of the time has passed,
/// with every gain later, but never after all of it. At last, where all mappings that may still be
/// better can be simulated in the time left, they are; then the answer is `allSimulated`. A search
/// that counts steps, one for energy (the bound has it exactly) and one that could not simulate are
/// left as they are. Fails when no mapping was simulated that meets the requirements.
core::Expected<MapAnswer> widened(const Searched& searched, core::Expected<MapAnswer> answer,
                                  double known);

} // namespace einsight::explore

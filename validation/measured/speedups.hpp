#pragma once
#include "validation/measured/rows.hpp"
#include "validation/measured/spec.hpp"
#include "validation/suite.hpp"

namespace einsight::validation {

/// A case with both of its times.
struct TimedCase {
  const MeasuredRow* row = nullptr;
  double measured = 0, simulated = 0; ///< seconds
};

/// Every pair of cases of one shape that are variants of each other: how many times as fast the one
/// is as the other, measured (reference) and simulated.
std::vector<Outcome> speedupsOf(const std::vector<MeasuredSpeedup>& variants,
                                const std::string& device, const std::vector<TimedCase>& cases);

} // namespace einsight::validation

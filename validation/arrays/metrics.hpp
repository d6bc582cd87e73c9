#pragma once
#include "validation/arrays/runs.hpp"

namespace einsight::validation {

/// A question that a row of published numbers asks.
struct ArrayQuestion {
  const Rule* rule = nullptr;
  const Design* design = nullptr;
  const Design* against = nullptr; ///< for ratios
  std::vector<std::string> models; ///< more than one point: the arithmetic mean
  std::vector<std::int64_t> lengths;
};

/// What the simulation answers, in the unit of the rule; or why it cannot.
tl::expected<double, std::string> answer(const ArrayQuestion& question, const ArraySpec& spec,
                                         ArrayRuns& runs, const std::string& engine);

} // namespace einsight::validation

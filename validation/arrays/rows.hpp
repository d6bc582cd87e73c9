#pragma once
#include "validation/arrays/metrics.hpp"
#include "validation/rows.hpp"

namespace einsight::validation {

/// A row of published numbers with what it asks, or why that cannot be asked.
struct ArrayRow {
  std::string figure, config, model, length, metric;
  std::string valueText;
  std::optional<double> value;
  std::string source;
  tl::expected<ArrayQuestion, std::string> question;
};

/// Reads rows (columns as in runArraySuite) and finds the rule and the configurations of each. A
/// value that is not a number is a problem; a row that the suite does not know has its reason.
core::Expected<std::vector<ArrayRow>> readArrayRows(const std::filesystem::path& file,
                                                    const ArraySpec& spec);

} // namespace einsight::validation

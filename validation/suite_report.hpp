#pragma once
#include "report/table.hpp"
#include "validation/suite.hpp"

namespace einsight::validation {

/// The human text of `validate`: per group and metric the number of points, mean and largest error
/// and verdict; the worst points and why; the suite's exhibits; the summary.
std::string text(const SuiteResult& result, const report::Style& style = {});
/// `{"suites": [...]}` with two spaces of indentation; the contract of `validate`.
std::string toJson(std::span<const SuiteResult> results);
/// One line per point, below a line of column names.
std::string toCsv(std::span<const SuiteResult> results);

} // namespace einsight::validation

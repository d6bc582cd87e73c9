#pragma once
#include "validation/suite.hpp"

namespace einsight::validation {

/// Compares every row of a suite of published spatial-array results (`specification`: its
/// suites/NAME.yaml), or of the user's own points, with simulations by each engine.
/// Columns: figure, config, model, seq_len, metric, value, source; a row without a value is
/// simulated and not compared.
core::Expected<SuiteResult> runArraySuite(const std::filesystem::path& specification,
                                          const SuiteOptions& options);

} // namespace einsight::validation

#pragma once
#include "validation/suite.hpp"

namespace einsight::validation {

/// Compares simulated with measured times, and with speedups between variants of one shape, as
/// `specification` (suites/measured.yaml) says: every folder of measured devices, or the one file
/// that `options.points` names. The machine's constants come from the microbenchmarks that lie
/// beside the kernels. One engine takes part: `cycle` where it is asked for.
core::Expected<SuiteResult> runMeasuredSuite(const std::filesystem::path& specification,
                                             const SuiteOptions& options);

} // namespace einsight::validation

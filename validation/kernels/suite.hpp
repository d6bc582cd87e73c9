#pragma once
#include "validation/suite.hpp"

namespace einsight::validation {

/// Compares GPU kernels with published rows as `specification` (suites/kernels.yaml) says. A user's
/// own points have the columns of published_kernels.csv, with systems and hardware of systems.yaml.
/// One engine takes part: `cycle` where it is asked for, since `analytic` is a bound.
core::Expected<SuiteResult> runKernelSuite(const std::filesystem::path& specification,
                                           const SuiteOptions& options);

} // namespace einsight::validation

#pragma once
#include "validation/suite.hpp"

namespace einsight::validation {

/// Compares every count of every row of the oracle, every published bound and every published
/// stride sweep (`specification`: suites/gna.yaml) with the tile counts of mappings/gna. A user's
/// own points have the columns of gna_oracle.csv or of gna_published.csv.
/// No engine takes part: counts need no machine.
core::Expected<SuiteResult> runGnaSuite(const std::filesystem::path& specification,
                                        const SuiteOptions& options);

} // namespace einsight::validation

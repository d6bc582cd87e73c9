#pragma once
#include "validation/arrays/rows.hpp"
#include "validation/suite.hpp"

namespace einsight::validation {

/// The tables of a suite's report: means beside the published ones; the same designs as they are
/// shipped, without the publication's rules of counting; and what the engines' difference is.
/// `outcomes`: for each row, one per engine. A user's own points get no table of the shipped
/// designs.
std::vector<Exhibit> exhibits(std::span<const ArrayRow> rows, std::span<const Outcome> outcomes,
                              const ArraySpec& spec, ArrayRuns& runs, const SuiteOptions& options);

} // namespace einsight::validation

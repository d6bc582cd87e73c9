#pragma once
#include "validation/gna_rows.hpp"
#include "validation/suite.hpp"

namespace einsight::validation {

/// The published stride sweeps: masks whose rows of the specification's metric list strides. One
/// outcome each: published is the number of strides, ours those of our sweep that were published
/// less those that were not, so that they agree only when the sweeps are the same.
std::vector<Outcome> sweepOutcomes(const std::vector<GnaRow>& rows, const GnaSpec& spec);
/// The same sweeps, stride by stride.
Exhibit sweepExhibit(const std::vector<GnaRow>& rows, const GnaSpec& spec);

/// How far the bounds are from what was measured, and whether they order it rightly: points that
/// are informative and have both numbers, metric by metric.
Exhibit boundsExhibit(const std::vector<Outcome>& outcomes);

} // namespace einsight::validation

#pragma once
#include "validation/gna/rows.hpp"
#include "validation/suite.hpp"

namespace einsight::validation {

/// The published stride sweeps: masks whose rows of the specification's metric list strides. One
/// outcome each: published is the number of strides, ours those of our sweep that were published
/// less those that were not, so that they agree only when the sweeps are the same.
std::vector<Outcome> sweepOutcomes(const std::vector<GnaRow>& rows, const GnaSpec& spec);
/// The same sweeps, stride by stride.
Exhibit sweepExhibit(const std::vector<GnaRow>& rows, const GnaSpec& spec);

/// A measured number with ours, and what counting tiles says.
struct GnaPredicted {
  std::string rowClass;
  Outcome outcome; ///< with a reference and an error
  std::optional<double> bound;
};

/// One outcome for each class with a limit on its mean error: within if the mean error is no larger
/// and below that of the bounds. Simulated and the error are the mean error.
std::vector<Outcome> classOutcomes(const std::vector<GnaPredicted>& predicted, const GnaSpec& spec);

/// How far predicted numbers and bounds are from what was measured, and whether they order it
/// rightly, class by class and metric by metric.
Exhibit timesExhibit(const std::vector<GnaPredicted>& predicted);

} // namespace einsight::validation

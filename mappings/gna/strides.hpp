#pragma once
#include "mappings/gna/question.hpp"

#include <functional>

namespace einsight::mappings::gna {

/// A stride with what the worst tile of queries visits.
struct StrideBound {
  Shape stride;
  std::int64_t visitedMost = 0;
  double simSpeedup = 0;
  bool fullyBlockSparse = false;
};

/// The strides that are worth a try, by product of strides: of all strides 1 to window on every
/// axis, those that are faster (bound by the worst tile of queries) than every other with a smaller
/// or equal product of strides; of equals the lexicographically first. The bound factorises, so one
/// table per axis is enough; that of 1-D tiling does not: every stride is counted, and it fails
/// where that is more than 2^34 steps, about a minute; `progress` hears of the share that is done,
/// and fails it by false. Source: Hassani et al. (arXiv 2504.16922) tables 2 to 4.
core::Expected<std::vector<StrideBound>>
sweepStrides(const Question& question, const std::function<bool(double fraction)>& progress = {});

} // namespace einsight::mappings::gna

#pragma once
#include <algorithm>
#include <cmath>

/// How a case is timed: shared by the code that does it and by the plan of a whole run.
namespace einsight::validation::cuda {

constexpr int kWarmRuns = 3;  ///< code is loaded, clocks rise
constexpr int kTrialRuns = 2; ///< they say how long one takes
constexpr int kInGraph = 20;

/// Runs after the warm-up and the trial.
struct TimingPlan {
  bool graph = false; ///< kInGraph runs captured in one, so that the host does not count
  int samples = 0;    ///< timed runs, or timed graphs
  [[nodiscard]] int runs() const { return samples * (graph ? kInGraph : 1); }
};

/// For a kernel that takes so many microseconds.
inline TimingPlan planTiming(double onceUs) {
  constexpr double kTargetUs = 40e3; // of timed runs
  constexpr double kFewest = 5;
  constexpr double kMost = 200;
  constexpr double kShortUs = 500;
  const bool graph = onceUs < kShortUs;
  const double inOne = graph ? kInGraph : 1;
  return {graph, static_cast<int>(std::clamp(kTargetUs / (inOne * onceUs), kFewest, kMost))};
}

/// Microseconds that the device is busy with such a case, from the warm-up on.
inline double timedUs(double onceUs) {
  const auto plan = planTiming(onceUs);
  const int upload = plan.graph ? kInGraph : 0;
  return onceUs * (kWarmRuns + kTrialRuns + upload + plan.runs());
}

/// Sets of inputs and outputs of so many bytes each that runs rotate through: together they exceed
/// the L2 four times, at most 32 of them and 8 GB.
inline int inputSetCount(double bytesOfOne, double l2Bytes) {
  constexpr double kMostBytes = 8e9;
  constexpr double kMostSets = 32;
  const double wanted = std::ceil(4 * l2Bytes / bytesOfOne);
  const double fitting = std::floor(kMostBytes / bytesOfOne);
  return static_cast<int>(std::max(1.0, std::min({wanted, fitting, kMostSets})));
}

} // namespace einsight::validation::cuda

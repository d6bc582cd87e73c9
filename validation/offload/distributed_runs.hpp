#pragma once
#include "explore/cluster/point.hpp"
#include "validation/offload/distributed_spec.hpp"

namespace einsight::validation::offload {

/// Simulates the runs of a specification, each once.
class DistributedRuns {
public:
  explicit DistributedRuns(const DistributedSpec& spec) : spec_(spec) {}
  /// Seconds of a run, or of one of its steps, by the run's name. Fails with the run's problems.
  core::Expected<double> seconds(const std::string& name);

private:
  core::Expected<double> simulate(const DistributedRun& run);
  const DistributedSpec& spec_;
  explore::PieceTimes times_; ///< pieces are shared by many runs
  std::map<std::string, core::Expected<double>> known_;
};

} // namespace einsight::validation::offload

#pragma once
#include "core/expected.hpp"
#include "validation/cuda/kernel_case.hpp"

#include <functional>
#include <string>
#include <vector>

/// What a run of `measure` will take, before there is a device: every case simulated, and how often
/// it is run.
namespace einsight::validation {

/// One case of the plan.
struct PlannedCase {
  std::string id, suite;
  double once = 0;  ///< seconds of one run, simulated; of a microbenchmark, its work over the rate
  double total = 0; ///< seconds with warm-up, repetitions, inputs and the host
  std::string reason; ///< why `once` is not known: then the case is no part of the sums
};

struct MeasurePlan {
  std::string machine;
  std::vector<PlannedCase> cases;
  [[nodiscard]] double seconds() const;
};

/// What a case costs beside its runs: an assumption, not a measurement. The host's part (buffers,
/// captures, events, the file), and how often the bytes of its inputs and outputs are written.
constexpr double kHostSecondsPerCase = 0.05;
constexpr double kWritesOfInputs = 1;

/// Plans the suites asked for (none: all) on a GPU of the catalogue, or of a file, by an engine.
/// `progress` gets the share that is done, and stops the plan by returning false. Fails: no such
/// machine, or it is in no way named by a published device (systems.yaml).
core::Expected<MeasurePlan> planMeasure(const std::vector<std::string>& suites,
                                        const std::string& machine, const std::string& engine,
                                        const std::function<bool(double)>& progress = {});

} // namespace einsight::validation

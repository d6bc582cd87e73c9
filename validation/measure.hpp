#pragma once
#include "core/expected.hpp"
#include "validation/measure_file.hpp"

#include <functional>
#include <string>
#include <vector>

/// Runs kernels and microbenchmarks on a GPU and records their times.
namespace einsight::validation {

constexpr double kLargestError =
    1e-2; ///< ‖out − reference‖ / ‖reference‖ of a kernel that is right

/// A case that is told about as soon as it is done: a line such as "fused-sm80 …: 812.4 us".
using Tell = std::function<void(const std::string& line)>;

struct MeasureRequest {
  std::vector<std::string> suites; ///< by name; none: all
  double seconds = 540;            ///< no case is started after so many
  std::function<double()> elapsed; ///< seconds since the start
  std::function<bool()> stop;      ///< asked between cases
  Tell tell;
};

struct MeasureTally {
  int measured = 0;
  int failed = 0;
  int earlier = 0; ///< recorded by the run that is resumed
  int unsupported = 0;
  int notRun = 0; ///< out of time, or stopped
};

/// Names of the suites, "micro" first.
std::vector<std::string> measureSuites();

/// Whether a suite is among those asked for; none asked for are all.
bool isAsked(const std::vector<std::string>& names, const std::string& suite);

/// Fails for names that are no suites, each with the nearest.
core::Problems checkSuites(const std::vector<std::string>& names);

/// A microbenchmark and a kernel as they are recorded, without a timing. `tile`: of the kernel.
Measured recordOf(const cuda::MicroCase& micro);
Measured recordOf(const std::string& suite, const cuda::KernelCase& which, cuda::KernelTile tile);

/// Runs what is asked and not yet recorded; the file is written after every case. Fails where it
/// cannot be.
core::Expected<MeasureTally> measure(cuda::Gpu& gpu, const MeasureRequest& request,
                                     MeasureFile& file);

/// A kernel against the reference.
struct Checked {
  std::string id;
  double difference = 0; ///< relative, in the norm; NaN is wrong
  std::string error;     ///< it did not run
  [[nodiscard]] bool right() const { return error.empty() && difference <= kLargestError; }
};

/// Every check case that the device supports.
std::vector<Checked> checkKernels(cuda::Gpu& gpu, const Tell& tell);

} // namespace einsight::validation

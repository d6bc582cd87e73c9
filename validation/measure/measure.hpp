#pragma once
#include "core/expected.hpp"
#include "validation/measure/file.hpp"

#include <functional>
#include <string>
#include <vector>

/// Runs kernels and microbenchmarks on a GPU and records their times.
namespace einsight::validation {

constexpr double kLargestError =
    1e-2; ///< ‖out − reference‖ / ‖reference‖ of a kernel that is right

/// A case that is told about as soon as it is done: a line such as "fused-sm80 …: 812.4 us".
using Tell = std::function<void(const std::string& line)>;

/// Called before a case with its name, and after it with none: what a watchdog needs.
using Watch = std::function<void(const std::string& id)>;

struct MeasureRequest {
  std::vector<std::string> suites;  ///< by name; none: all
  std::vector<std::string> kernels; ///< by name; none: all, and the microbenchmarks
  double seconds = 540;             ///< no case is started after so many
  std::function<double()> elapsed;  ///< seconds since the start
  std::function<bool()> stop;       ///< asked between cases
  Tell tell;
  Watch watch = [](const std::string&) {};
};

struct MeasureTally {
  int measured = 0;
  int failed = 0;
  int earlier = 0; ///< recorded by the run that is resumed
  int unsupported = 0;
  int notRun = 0;    ///< out of time, stopped, or after the device was lost
  bool lost = false; ///< a case took the device along: only another program can go on
};

/// Names of the suites, "micro" first, and of the kernels.
std::vector<std::string> measureSuites();
std::vector<std::string> measureKernels();

/// Whether a suite or kernel is among those asked for; none asked for are all.
bool isAsked(const std::vector<std::string>& names, const std::string& name);

/// Fails for names that are no suites, or no kernels, each with the nearest.
core::Problems checkSuites(const std::vector<std::string>& names);
core::Problems checkKernelNames(const std::vector<std::string>& names);

/// A microbenchmark and a kernel as they are recorded, without a timing. `tile`: of the kernel.
Measured recordOf(const cuda::MicroCase& micro);
Measured recordOf(const std::string& suite, const cuda::KernelCase& which, cuda::KernelTile tile);

/// Runs what is asked and not yet recorded, last what failed before; the file is written before
/// and after every case. Fails where it cannot be.
core::Expected<MeasureTally> measure(cuda::Gpu& gpu, const MeasureRequest& request,
                                     MeasureFile& file);

/// A kernel against the reference.
struct Checked {
  std::string id;
  double difference = 0; ///< relative, in the norm; NaN is wrong
  std::string error;     ///< it did not run
  [[nodiscard]] bool right() const { return error.empty() && difference <= kLargestError; }
};

struct CheckRequest {
  std::vector<std::string> kernels; ///< by name; none: all
  Tell tell;
  Watch watch = [](const std::string&) {};
};

/// Every check case that the device supports; none after one that took the device along, which is
/// the last.
std::vector<Checked> checkKernels(cuda::Gpu& gpu, const CheckRequest& request);

} // namespace einsight::validation

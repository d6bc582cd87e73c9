#pragma once
#include "core/expected.hpp"
#include "validation/cuda/kernel_case.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// The GPU at hand, behind an interface without CUDA. A build without nvcc has the same functions,
/// which say so.
namespace einsight::validation::cuda {

/// What the management library knows of a device at rest; empty without it.
struct GpuLimits {
  std::string driver; ///< "580.159.03"
  int smMhz = 0;      ///< the highest clock
  int memoryMhz = 0;
  double powerW = 0; ///< where the clock is lowered
};

struct GpuFacts {
  std::string name;
  int major = 0; ///< compute capability
  int minor = 0;
  int multiprocessors = 0;
  double memoryBytes = 0;
  double l2Bytes = 0;
  double sharedBytesPerBlock = 0; ///< at most, opted in
  GpuLimits limits;
  std::string driver;  ///< "13.0", the newest runtime that the driver supports
  std::string runtime; ///< "13.0", the one that we were built with
  std::string blas;    ///< version of the library of matrix products, or why there is none
};

/// Clocks and power read while the runs were under way; empty without the management library.
struct Clocks {
  int smMhz = 0;
  int memoryMhz = 0;
  double powerW = 0;
};

/// Times of single runs in microseconds, in rising order.
struct Timing {
  std::vector<double> us;
  std::string how; ///< "events", or "graph of 20": the mean of so many runs in a row
  Clocks clocks;
};

/// A microbenchmark: what one run does, of one kind of amount.
struct MicroCase {
  std::string id;
  double flops = 0;
  double bytes = 0;
  double operations = 0;
  double loads = 0; ///< one after the other
  std::string note;
};

/// The microbenchmarks of a device like this; none in a build without nvcc. No device is asked.
std::vector<MicroCase> microCasesOf(const GpuFacts& facts);

class Gpu {
public:
  /// The first CUDA device. Fails where there is none, no driver, or no CUDA in this build.
  static core::Expected<std::unique_ptr<Gpu>> find();
  virtual ~Gpu() = default;

  [[nodiscard]] virtual const GpuFacts& facts() const = 0;
  /// Whether the kernel exists for this device, type, head and mask.
  [[nodiscard]] virtual bool supports(const KernelCase& which) const = 0;
  /// Times a kernel on fresh random inputs that rotate so that they do not stay in the L2. Fails:
  /// the case does not fit, or a CUDA call failed; the message says which.
  virtual core::Expected<Timing> time(const KernelCase& which) = 0;
  /// ‖out − reference‖ / ‖reference‖ against double precision on the CPU: fresh random inputs, the
  /// output poisoned before; NaN where a number is missing. Meant for small cases.
  virtual core::Expected<double> check(const KernelCase& which) = 0;
  /// Whether a kernel failed so that CUDA refuses everything else in this program.
  [[nodiscard]] virtual bool lost() const = 0;
  /// Queries and keys of a tile of the fused kernel; zeros for other kernels.
  [[nodiscard]] virtual KernelTile tileOf(const KernelCase& which) const = 0;

  [[nodiscard]] virtual std::vector<MicroCase> microCases() const = 0;
  virtual core::Expected<Timing> timeMicro(const std::string& id) = 0;
};

} // namespace einsight::validation::cuda

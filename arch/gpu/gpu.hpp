#pragma once
#include "core/expected.hpp"
#include "core/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// GPUs: streaming multiprocessors (SMs) behind a shared L2 cache and DRAM. docs/gpu-model.md says
/// what of them is modelled.
namespace einsight::arch {

/// A matrix instruction of the tensor cores for one operand type.
struct TensorRate {
  std::string instruction;  ///< "mma" (per warp), "wgmma" (per warpgroup), "tcgen05" (per CTA)
  std::string type;         ///< of the operands: "fp16", "bf16", "fp8", "int8", "tf32", "fp32"
  double maccsPerCycle = 0; ///< multiply-accumulates per cycle and SM, dense, as the vendor states
  double efficiency = 1;    ///< sustained share of that rate: a calibration constant
  std::int64_t rows = 16;   ///< of the smallest product: 16 (mma), 64 (wgmma), 128 (tcgen05)
  /// The right-hand operand is read from shared memory once by the instruction; else every warp
  /// reads it into its registers.
  bool sharedOperands = false;
  double startCycles = 0; ///< from issue to the first result, beyond the occupancy
  /// While a warpgroup that multiplies with it is busy on the lanes, it keeps the tensor cores from
  /// others for this share of the time (instructions issued by the same schedulers): a calibration
  /// constant. 0: the tensor cores work by themselves.
  double issueShare = 0;
  double setupCycles = 0; ///< of every SM, before the first CTA of a kernel that uses it
};

/// What an operator costs on the SM's lanes (FP32, integer, special functions).
struct LaneOperation {
  std::string op; ///< of einsum/operators.hpp, or "convert", "mask", "fragment" (docs/machines.md)
  double cycles = 1;        ///< of all lanes for one operation on each lane, nothing beside it
  double specialCycles = 0; ///< of these on the units for special functions
  int specials = 0;         ///< its special functions, each of them one issue cycle
};

/// How the clock falls with load (power limit): f = maximum * min(1, (onset / U)^exponent),
/// U the use of the tensor cores at the maximum clock: of load that lasts. A GPU that has rested
/// begins at the maximum, and comes down to f with the time constant `settling`.
struct Clock {
  double maximumHertz = 0;
  double statedHertz = 0; ///< at which the vendor states its peaks of the tensor cores
  double onset = 1;
  double settlingSeconds = 0; ///< 0: a run begins under lasting load
  double exponent = 0;
};

struct SharedMemory {
  std::int64_t bytesPerSm = 0;
  std::int64_t bytesPerCta = 0; ///< the largest that one CTA may have
  std::int64_t reservedPerCta = 1024;
  double bytesPerCycle = 128;
};

struct RegisterFile {
  std::int64_t words = 65536; ///< 32-bit registers per SM
  std::int64_t perThread = 255;
  std::int64_t granularity = 256; ///< registers are given to warps in such portions
};

struct L2Cache {
  std::int64_t bytes = 0;
  double bytesPerCycle = 0;      ///< of all SMs together, at the maximum clock
  double bytesPerCyclePerSm = 0; ///< what one SM can take
  double latencyCycles = 0;      ///< of a hit
  /// Share of it that holds what others wrote, as a run begins: goes to DRAM as its place is taken.
  double dirtyShare = 0;
};

struct GpuDram {
  std::int64_t bytes = 0;
  double bytesPerSecond = 0;  ///< peak
  double efficiency = 1;      ///< share of the peak that reading sustains: a calibration constant
  double writeEfficiency = 1; ///< the same for writing; as `efficiency` where nothing is said
  double latencySeconds = 0;  ///< beyond that of the L2 cache
  std::int64_t channels = 1;
  std::int64_t burstBytes = 64; ///< smaller pieces cost as much
};

struct LaunchCost {
  double kernelSeconds = 0; ///< between kernels that follow each other in a stream
  double ctaCycles = 0;   ///< from the end of a CTA to the first instruction of the next on its SM
  double hostSeconds = 0; ///< least time per call that a framework needs on the host
};

/// A declared calibration constant: what it was fitted on.
struct Calibration {
  std::string path; ///< "tensor_cores.wgmma.efficiency": section and keys of the file
  std::string data; ///< "validation/published: forward rows of …"
};

class Gpu {
public:
  struct Data {
    std::string name, summary, file, source;
    std::string architecture; ///< "ampere", "ada", "hopper", "blackwell"
    std::int64_t sms = 0;
    Clock clock;
    std::vector<TensorRate> tensor;
    std::int64_t lanes = 128; ///< per SM: threads for which its schedulers issue per cycle
    std::vector<LaneOperation> operations;
    /// Share of the special functions' rate that kernels sustain which go on beside them: a
    /// calibration constant.
    double specialEfficiency = 1;
    double syncCycles = 0; ///< a warpgroup waits so long at each hand-over between units
    SharedMemory shared;
    /// Per SM, for the results of the tensor cores; 0: these are in registers.
    std::int64_t tensorMemoryBytes = 0;
    RegisterFile registers;
    std::int64_t threadsPerSm = 2048;
    std::int64_t ctasPerSm = 32;
    L2Cache l2;
    GpuDram dram;
    LaunchCost launch;
    std::optional<double> dollarsPerHour;
    std::vector<Calibration> calibrations;
    std::map<std::string, double> parameters;
    std::map<std::string, std::string> sources; ///< path -> where the number comes from
    std::vector<std::string> files;
  };
  [[nodiscard]] const Data& data() const { return data_; }
  [[nodiscard]] const std::string& name() const { return data_.name; }
  /// Null when the GPU has no such instruction for that type.
  [[nodiscard]] const TensorRate* tensor(std::string_view instruction, std::string_view type) const;
  /// Issue cycles of an operator, or null: an operator without a cost cannot run.
  [[nodiscard]] const LaneOperation* operation(std::string_view op) const;
  /// The vendor's peak in floating-point operations per second (a multiply-accumulate is two) of
  /// the fastest instruction for that type; 0 when there is none.
  [[nodiscard]] double peakFlops(std::string_view type) const;

private:
  friend core::Expected<Gpu> check(Data data);
  explicit Gpu(Data data) : data_(std::move(data)) {}
  Data data_;
};

/// The GPU, if its numbers fit together: sizes and rates above zero, efficiencies at most one,
/// names that are unique, a CTA that fits an SM. Problems are of the file, at the path of the
/// number.
core::Expected<Gpu> check(Gpu::Data data);

/// Reads a machine file of kind gpu and checks it; `settings` replace its parameters, and any
/// number that the file states by its path, in B, Hz, s, B/s or USD ("l2.capacity",
/// "dram.efficiency"). All problems at once. `catalogue`: folders in which `extends: NAME` is
/// looked up, before the machines that come with Einsight.
core::Expected<Gpu> readGpu(const std::filesystem::path& file, const core::Settings& settings = {},
                            const std::vector<std::filesystem::path>& catalogue = {});

/// A GPU by its name in the catalogue or the path of its file.
core::Expected<Gpu> loadGpu(const std::string& nameOrPath, const core::Settings& settings = {});

} // namespace einsight::arch

#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace einsight::results {

/// Why a unit was not working, in cycles. busy + all stalls = the run's cycles.
struct Stalls {
  double waitData = 0;      ///< an operand was still being computed
  double waitSpace = 0;     ///< no free slot in a buffer
  double waitSync = 0;      ///< at a barrier
  double waitBandwidth = 0; ///< an operand was still being transferred
  double idle = 0;          ///< nothing left, or nothing yet, to do
  double waitIssue = 0;     ///< a GPU's tensor cores: kept by the issue of arithmetic
};

/// One unit or memory port.
struct UnitUse {
  std::string name;
  double busyCycles = 0;  ///< time in which it worked
  double utilization = 0; ///< busy PE-cycles / (PEs x cycles)
  Stalls stalls;
};

/// Bytes that crossed the boundary of a memory.
struct LevelTraffic {
  std::string name;
  std::int64_t readBytes = 0;
  std::int64_t writeBytes = 0;
};

/// One Einsum's share.
struct EinsumUse {
  std::string name;
  std::string unit;
  std::map<std::string, std::int64_t> ops; ///< operator -> executed times
  double busyCycles = 0;
  double utilization = 0; ///< its share of the unit's utilisation
};

struct PathShare {
  std::string einsum; ///< an Einsum, "load T", "store T" or "wait"
  double share = 0;
};

/// What doubling one unit's (or port's) speed would give: simulated again, not estimated.
struct Limit {
  std::string unit;
  double utilization = 0;
  double speedupIfDoubled = 1;
};

/// Energy by component and action, pJ. `total` is empty, with a reason, where no table covers a
/// part.
struct Energy {
  std::optional<double> total;
  std::map<std::string, double> by; ///< "array_2d", "dram", "global_buffer", "registers_1d", …
  std::string reason;
};

/// How well answers of this kind are known to agree with something outside the simulator.
struct Validation {
  std::string suite;
  std::string family;
  double meanError = 0;
};

/// What engine `pe` computed, held against the reference evaluation of the cascade.
struct Values {
  std::uint64_t seed = 0;       ///< of the random inputs
  double largestDifference = 0; ///< max |a - b| / max(1, |b|) over everything that was made
};

/// How the CTAs of a kernel fill the SMs of a GPU.
struct Occupancy {
  std::int64_t ctas = 0;                                             ///< of the whole grid
  std::int64_t ctasPerSm = 0;                                        ///< at once
  std::int64_t threads = 0, registersPerThread = 0, sharedBytes = 0; ///< of one CTA
  std::string limitedBy; ///< what keeps `ctasPerSm` from being larger: "shared memory", …
  double waves = 0;      ///< CTAs / (SMs x CTAs per SM)
};

/// One kernel of a chain on a GPU.
struct KernelUse {
  std::string name;
  double seconds = 0; ///< with its launch
  double launchSeconds = 0;
  double cycles = 0;    ///< `seconds` in cycles of `hertz`
  double hertz = 0;     ///< the clock it ran with
  double tailShare = 0; ///< of the time: after the first SM found nothing more to do
  double maskShare = 0; ///< of the SMs' time: arithmetic for partly masked tiles
  double tensorUtilization = 0, lanesUtilization = 0;
  double l2ReadBytes = 0, dramReadBytes = 0, dramWriteBytes = 0;
  Occupancy occupancy;
};

/// A line of a roofline: what bounds operations per second of this run at best, whatever the time
/// took. Of a memory, bytes per second; of a unit, operations per second if it did nothing but
/// multiply and accumulate (counted twice); "exp on UNIT": all operations of the run per second if
/// only the exponentials on that unit took time.
struct Roof {
  std::string name;
  bool bandwidth = false; ///< of a memory
  double perSecond = 0;
};

/// Of many values (NaN: of none): their mean, and what half, 90 % and 99 % of them do not exceed.
struct Quantiles {
  double mean = 0, p50 = 0, p90 = 0, p99 = 0;
};

/// What a machine that serves a whole model does for its users.
struct Serving {
  Quantiles ttft; ///< s from the arrival of a request to its first token
  Quantiles tbt;  ///< s between two tokens of a request
  double tokensPerSecond = 0;
  std::optional<double> usdPerMtoken; ///< per million tokens; empty without a price
  std::optional<double> usdPerHour;
  std::int64_t requests = 0;    ///< that were finished
  std::int64_t tokens = 0;      ///< that were generated
  std::int64_t iterations = 0;  ///< of all batches in flight together
  std::int64_t preemptions = 0; ///< of requests for which no memory was left
  double meanBatch = 0;         ///< requests that get a token per iteration
  double capacityTokens = 0;    ///< of whose keys and values the memory has room
  double peakTokens = 0;        ///< of whose keys and values were resident
  std::string limitedBy;        ///< what keeps tokens per second from being more
};

/// The answer to "run": one workload, machine, mapping and engine. docs/quantities.md says what
/// each number means.
struct Result {
  std::string workload, machine, mapping, engine;
  std::optional<double> cycles;
  double seconds = 0;
  double flops = 0;
  std::vector<UnitUse> units;
  std::vector<LevelTraffic> levels;
  Energy energy;
  std::optional<double> areaUm2;
  std::string areaReason;
  std::vector<EinsumUse> einsums;
  std::vector<PathShare> criticalPath;
  std::vector<Limit> limits;
  std::optional<Validation> validated;
  std::optional<Values> values;              ///< engine `pe` only
  std::optional<Serving> serving;            ///< whole models only
  std::vector<KernelUse> kernels;            ///< GPUs only, in the order of launch
  std::optional<double> peakFlops;           ///< per second, as vendors state it; GPUs only
  std::vector<Roof> roofs;                   ///< memories first
  std::map<std::string, std::string> inputs; ///< file -> hash of its content
  std::string version;
  std::vector<std::string> notes; ///< e.g. "steady state found, 99.9 % skipped exactly"
};

} // namespace einsight::results

#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// A chain of GPU kernels in numbers: what lowering makes of a cascade, a mapping and a GPU, and
/// what engines run. It knows SMs, units and bytes, no tensors' meaning and no kernel's name.
namespace einsight::sim::gpu {

/// Operations of one Einsum in a step, for one full tile of the CTA (all warpgroups).
struct Work {
  int einsum = -1; ///< index into Chain::einsums
  std::string op;  ///< "macc", "exp", …
  double operations = 0;
  double cycles = 0; ///< of Step::cycles, this Einsum's part; all zero: parts as operations
  bool operator==(const Work&) const = default;
};

/// What a warpgroup does without a hand-over: products on the tensor cores, arithmetic on the
/// lanes, or special functions beside the arithmetic that comes before it in the list.
struct Step {
  enum class Unit { Tensor, Lanes, Special };
  Unit unit = Unit::Lanes;
  std::string name;        ///< "BQK", "LM+SLN+SLD"
  double cycles = 0;       ///< occupancy of the unit by ONE warpgroup, full tile
  double mathCycles = 0;   ///< of `cycles`, if shared memory were no limit; 0: all of them
  double sharedCycles = 0; ///< shared memory is busy so long meanwhile: the occupancy is no less
  double peakCycles = 0; ///< a product at the rate the vendor states: what the clock's law counts;
                         ///< 0: `cycles`
  double maskedCycles = 0;  ///< more on a partly masked tile
  double latencyCycles = 0; ///< until another unit may use its results, beyond the occupancy
  double sharedBytes = 0;   ///< read from and written to shared memory by one warpgroup
  std::vector<Work> work;
  std::vector<int> needs; ///< steps of the same list whose results it takes
  /// It takes what all warpgroups made in those steps: they meet before it.
  bool joint = false;
  bool apart = false;     ///< by warps that do nothing else: in no order with the other steps
  std::vector<int> loads; ///< transfers of the same list that it takes
  /// Of an iteration: steps whose results of the iteration before it takes (running maximum, sum).
  std::vector<int> carried;
  bool operator==(const Step&) const = default;
};

/// Units of an SM, by number as in Step::Unit.
inline constexpr std::size_t kUnits = 3;
inline constexpr std::array<std::string_view, kUnits> kUnitNames{"tensor_core", "lanes",
                                                                 "special_functions"};

inline std::size_t numberOf(Step::Unit unit) {
  return static_cast<std::size_t>(unit);
}

/// Bytes that move between memory and the SM.
struct Transfer {
  std::string tensor;
  double bytes = 0; ///< of one CTA, or of one iteration
  double burst = 0; ///< bytes that lie together in memory: a smaller run wastes bandwidth
  /// Other CTAs of the same `reuse` group read the same bytes; stored in an iteration: add to them.
  bool shared = false;
  bool second = false;          ///< of the same group of `secondReuse`, where `shared`
  int lookups = 0;              ///< reads, one after another, that say where it lies (a page table)
  double sharedMemoryBytes = 0; ///< that its whole tile takes; 0: it goes to registers
  /// CTAs that take it one soon after the other, where it is not `shared`: DRAM gives it once.
  double takers = 1;
  bool operator==(const Transfer&) const = default;
};

/// A list of steps with what it loads before and stores after.
struct Part {
  std::vector<Transfer> loads;
  std::vector<Step> steps;
  std::vector<Transfer> stores;
  bool operator==(const Part&) const = default;
};

/// All that a CTA does, in order: once, in every iteration, once.
struct Body {
  Part prologue, iteration, epilogue;
  bool operator==(const Body&) const = default;
};

/// CTAs that do the same amount of work.
struct Kind {
  std::int64_t iterations = 0;
  std::int64_t masked = 0; ///< of them partly masked
  double rows = 1;         ///< share of the tile's rows that exist: of bytes, never of time
  int body = 0;            ///< 0: the kernel's own parts; n: those of Kernel::others[n-1]
  double filled = 1;       ///< share of the bytes of an iteration's tiles that exist
  bool operator==(const Kind&) const = default;
};

/// One launch of CTAs.
struct Kernel {
  std::string name;
  int warpgroups = 1;    ///< that compute
  bool producer = false; ///< a warp of its own issues the loads; else the computing ones do
  int stages = 1;        ///< iterations of loads in flight, this one included
  bool overlap = false;  ///< products of the next iteration are issued before this one's arithmetic
  bool persistent = false; ///< a CTA stays and takes the next tile; else one CTA per tile
  /// While a warpgroup works on the lanes, it keeps the tensor cores from others for this share of
  /// the time (its instructions leave by the same schedulers and ports).
  double issueShare = 0;
  double setupCycles = 0;     ///< of every slot of an SM before its first CTA
  std::int64_t residents = 1; ///< CTAs per SM
  // For the occupancy table.
  std::int64_t threads = 0, registersPerThread = 0, sharedBytes = 0;
  std::int64_t registerBytes = 0; ///< that a CTA has, as they are handed out to warps
  std::string
      limitedBy; ///< what keeps `residents` from being larger: "shared memory", "registers", …
  Part prologue, iteration, epilogue;
  std::vector<Body> others{}; ///< of kinds that do something else
  std::vector<Kind> kinds;
  std::vector<std::int32_t> order; ///< kind of each CTA, in the order of launch
  std::vector<std::int32_t> reuse; ///< per CTA: CTAs of one group stream the same bytes through L2
  /// The same for transfers that other CTAs share: the two operands of a product, shared by the
  /// CTAs of a row and by those of a column.
  std::vector<std::int32_t> secondReuse{};
  /// Work lists: the first place in `order` of each CTA, ascending from 0. A CTA does what stands
  /// from there to the next one's first, one after the other. Empty: each place is a CTA.
  std::vector<std::int32_t> lists{};
  /// Places in `order` that begin only when others, of other CTAs, have ended.
  std::map<std::int32_t, std::vector<std::int32_t>> awaits{};
  /// Per place in `order`: iterations of its group's stream before the first that it takes. Empty:
  /// all begin where the stream does.
  std::vector<std::int64_t> from{};
  /// The same of the stream in `reuse` alone, besides: where a list of its own says what a CTA
  /// takes of it.
  std::vector<std::int64_t> listed{};
  double extraSeconds = 0; ///< host time of this launch beyond the machine's
  bool operator==(const Kernel&) const = default;
};

/// The parts that a kind of a kernel goes through.
struct PartsOfKind {
  const Part& prologue;
  const Part& iteration;
  const Part& epilogue;
};

inline PartsOfKind partsOf(const Kernel& kernel, const Kind& kind) {
  if (kind.body == 0) {
    return {kernel.prologue, kernel.iteration, kernel.epilogue};
  }
  const auto& body = kernel.others[static_cast<std::size_t>(kind.body) - 1];
  return {body.prologue, body.iteration, body.epilogue};
}

/// Iterations of the group's stream before the first that a place takes; `stream`: 0 as in `reuse`,
/// 1 as in `secondReuse`.
inline double firstIteration(const Kernel& kernel, std::size_t place, std::size_t stream) {
  const auto of = [&](const std::vector<std::int64_t>& all) {
    return place < all.size() ? static_cast<double>(all[place]) : 0.0;
  };
  return of(kernel.from) + (stream == 0 ? of(kernel.listed) : 0);
}

/// CTAs that are launched.
inline std::int64_t ctaCount(const Kernel& kernel) {
  return static_cast<std::int64_t>(kernel.lists.empty() ? kernel.order.size()
                                                        : kernel.lists.size());
}

/// What the chain runs on: a GPU in the numbers that engines need.
struct Device {
  std::int64_t sms = 1;
  double maximumHertz = 1e9, clockOnset = 1, clockExponent = 0;
  double clockSettlingSeconds =
      0;                 ///< time constant of the clock on its way; 0: it is there at once
  double clockShare = 1; ///< of the maximum, as a kernel begins
  double syncCycles = 0;
  double l2Bytes = 0, l2BytesPerCycle = 0, l2BytesPerCyclePerSm = 0, l2LatencyCycles = 0;
  double l2DirtyBytes = 0;       ///< of l2Bytes, what DRAM has to take back as its place is taken
  double dramBytesPerSecond = 0; ///< sustained by reads
  double dramWriteCost = 1;      ///< time of a written byte, in times of one that is read
  double dramLatencySeconds = 0;
  double dramBurstBytes = 64;
  double ctaCycles = 0, kernelSeconds = 0, hostSeconds = 0;
  // "What if it were twice as fast": factors on rates.
  double tensorSpeedup = 1, lanesSpeedup = 1, specialSpeedup = 1, sharedSpeedup = 1;
  bool operator==(const Device&) const = default;
};

struct Chain {
  std::vector<std::string> einsums;
  std::vector<Kernel> kernels; ///< one after another in a stream
  double flops = 0;            ///< useful ones, of the cascade
  /// Multiply-accumulates per cycle and SM that its products can reach, as the vendor states; 0:
  /// it has none on the tensor cores.
  double peakMaccs = 0;
};

} // namespace einsight::sim::gpu

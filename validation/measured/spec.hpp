#pragma once
#include "validation/kernels/spec.hpp"

#include <span>
#include <string_view>

namespace einsight::validation {

/// A number of a machine that a microbenchmark gives.
struct Calibrated {
  std::string setting; ///< of the machine: "tensor_cores.wgmma.efficiency"
  std::string when;    ///< pattern of the machine's architecture
  std::string id;      ///< pattern of the microbenchmark; the fastest that fits counts
  std::string take;    ///< one of calibrationQuantities()
};

/// Two variants of one shape, compared by the ratio of their times.
struct Variant {
  std::string system, mask, weights; ///< patterns; empty ones: as in the other
};
struct MeasuredSpeedup {
  std::string name;
  Variant of, against;
};

/// A suite of measured kernels: suites/measured.yaml, suites/thirdparty.yaml.
struct MeasuredSpec {
  std::string name;
  std::filesystem::path folder; ///< one folder per device in it
  std::string file;             ///< in each
  std::string calibrationFile;  ///< in each: the microbenchmarks
  std::string reason;           ///< why points are shown and not judged; empty: they are judged
  KernelSpec kernels;           ///< systems
  KernelClass times, speedups;  ///< how closely they must agree
  std::vector<Calibrated> calibration;
  std::vector<MeasuredSpeedup> variants;
};

/// "time", "cycles each", "lane cycles", "share of the matrix rate", "share of the special
/// functions" (of exp2 beside other arithmetic), "share of the bandwidth"; of a copy "share of the
/// bandwidth when writing": what writing takes of its time once reading, at the share that was set
/// before it, is taken off.
std::span<const std::string_view> calibrationQuantities();

/// Reads such a file and the one that its key `systems` names. All problems at once.
core::Expected<MeasuredSpec> readMeasuredSpec(const std::filesystem::path& file);

} // namespace einsight::validation

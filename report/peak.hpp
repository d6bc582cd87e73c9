#pragma once
#include <functional>
#include <optional>
#include <string>

namespace einsight::report {

/// A case of a file of measurements.
struct MeasuredCase {
  std::string device; ///< as it names itself
  std::string id, type;
  bool kernel = false; ///< attention, not a microbenchmark
  double hertz = 0;    ///< clock of the SMs; NaN where it is not known
  double bytes = 0;    ///< that it moves; NaN where it is not said
};

/// What a machine can do at best of what a case does: "DRAM", bytes per second; "bf16 products",
/// operations per second.
struct Peak {
  std::string name;
  double perSecond = 0;
};

/// The peak that a case is held against; nothing where none is known.
using PeakOf = std::function<std::optional<Peak>(const MeasuredCase&)>;

} // namespace einsight::report

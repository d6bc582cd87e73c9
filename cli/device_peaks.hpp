#pragma once
#include "core/expected.hpp"
#include "report/peak.hpp"

#include <memory>

namespace einsight::cli {

/// What the machines of the catalogue can do at best, for cases that `measure` timed on them: the
/// matrix rate of the case's type for kernels; for a microbenchmark the number of the machine that
/// the suite `measured` calibrates by it (validation/suites/measured.yaml), per second at the clock
/// that was measured. Nothing for what fits in the L2, and for a device that no machine of the
/// catalogue is. Files are read when a case first asks.
class DevicePeaks {
public:
  DevicePeaks();
  [[nodiscard]] report::PeakOf function() const;
  /// Why no peaks are known, of the cases that were asked for so far.
  [[nodiscard]] const core::Problems& problems() const;

private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

} // namespace einsight::cli

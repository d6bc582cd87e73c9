#pragma once
#include "validation/kernels/runs.hpp"
#include "validation/measured/rows.hpp"
#include "validation/measured/spec.hpp"

namespace einsight::validation {

/// Simulates measured cases on the machine of their device.
class MeasuredRuns {
public:
  /// `calibration`: settings of the machine. The specification must outlive the runs.
  MeasuredRuns(const MeasuredSpec& spec, std::string device, core::Settings calibration,
               const std::string& engine);

  /// Seconds of the case, or one sentence why there is no answer.
  tl::expected<double, std::string> seconds(const MeasuredRow& row);

private:
  tl::expected<double, std::string> neighborhood(const MeasuredRow& row);
  /// Of kernels that visit the tiles of a list, which `measure` makes by stridedList.
  tl::expected<double, std::string> listed(const MeasuredRow& row, std::int64_t stride);

  const MeasuredSpec& spec_;
  std::string device_;
  core::Settings calibration_;
  KernelRuns kernels_;
};

} // namespace einsight::validation

#pragma once
#include "arch/gpu/gpu.hpp"
#include "validation/measured/rows.hpp"
#include "validation/measured/spec.hpp"
#include "validation/suite.hpp"

namespace einsight::validation {

/// Numbers of a machine in place of those of its file, each from a microbenchmark.
struct Calibration {
  core::Settings settings;
  std::vector<std::vector<std::string>> rows; ///< number, stated, measured, microbenchmark
};

/// What the microbenchmarks of `micro` say of `gpu`. Those that were not run leave the machine's
/// own number. Never looks at a kernel.
Calibration calibrate(const std::vector<Calibrated>& rules, const MeasuredFile& micro,
                      const arch::Gpu& gpu);

/// The same as a table.
Exhibit calibrationExhibit(const std::string& device, const Calibration& calibration);

} // namespace einsight::validation

#pragma once
#include "validation/cuda/kernel_case.hpp"

#include <string>
#include <vector>

/// What `measure` runs: the suites of kernels, and small odd cases to check them on.
namespace einsight::validation {

struct KernelSuite {
  std::string name;
  std::string summary;
  std::vector<cuda::KernelCase> cases;
};

/// All suites of kernels, in the order in which they run. The microbenchmarks ("micro") are the
/// device's own.
std::vector<KernelSuite> kernelSuites();

/// Small cases of every kernel, type, head and mask, with lengths that no tile divides.
std::vector<cuda::KernelCase> checkCases();

} // namespace einsight::validation

#pragma once
#include <string>
#include <vector>

namespace einsight::validation::test {

/// Points of GPUs whose mean error is that of a family of accuracy.yaml. A point is one of them if
/// its id begins with "SYSTEM/HARDWARE/" and has `has`, but none of `hasNot`.
struct KernelPoints {
  std::string family, suite, system;
  std::vector<std::string> hardware, metrics;
  std::string has = "/";
  std::vector<std::string> hasNot{"/fp8/"};
};

const std::vector<KernelPoints>& kernelPoints();

} // namespace einsight::validation::test

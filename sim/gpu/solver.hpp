#pragma once
#include "sim/gpu/gpu.hpp"

#include <memory>

namespace einsight::sim::gpu {

class KernelSolver;

/// Engine `cycle` for one chain on devices that differ in little, such as one with a unit twice as
/// fast: what a difference does not touch is not simulated again, and kernels that are equal are
/// simulated once. Its answers are those of cycle(), to the bit.
class Solver {
public:
  /// The chain must outlive it.
  explicit Solver(const Chain& chain);
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;
  ~Solver();

  core::Expected<Totals> cycle(const Device& device, const Options& options = {});

private:
  const Chain& chain_;
  std::vector<std::unique_ptr<KernelSolver>> solvers_; ///< of kernels that differ
  std::vector<std::size_t> solverOf_;                  ///< per kernel
};

} // namespace einsight::sim::gpu

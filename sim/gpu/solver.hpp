#pragma once
#include "sim/gpu/gpu.hpp"

#include <memory>
#include <vector>

namespace einsight::sim::gpu {

class KernelSolver;

/// Engine `cycle` for one chain on devices that differ in little, such as one with a unit twice as
/// fast: what a difference does not touch is not simulated again, and kernels that take the same
/// time are simulated once. Its answers are those of cycle(), to the bit.
class Solver {
public:
  /// The chain must outlive it.
  explicit Solver(const Chain& chain);
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;
  ~Solver();

  core::Expected<Totals> cycle(const Device& device, const Options& options = {});

private:
  /// A kernel that no other before it is equal to.
  struct Different {
    std::size_t kernel = 0;
    std::size_t solver = 0;
  };

  const Chain& chain_;
  std::vector<std::unique_ptr<KernelSolver>> solvers_; ///< of kernels whose times differ
  std::vector<Different> different_;
  std::vector<std::size_t> kinds_; ///< per kernel: which of those it is equal to
};

} // namespace einsight::sim::gpu

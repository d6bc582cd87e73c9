#pragma once
#include "sim/gpu/gpu.hpp"
#include "sim/gpu/grid.hpp"

#include <list>

namespace einsight::sim::gpu {

/// One kernel on devices that differ in little. It remembers the paces of CTAs for each device that
/// an SM can tell apart, and what the grid came to: that is the same again where all paces are, and
/// where bandwidth differs only in being more of what slowed nothing.
class KernelSolver {
public:
  /// The kernel must outlive it.
  explicit KernelSolver(const Kernel& kernel);

  core::Expected<KernelTotals> run(const Device& device, bool skip);
  [[nodiscard]] const Kernel& kernel() const { return kernel_; }
  /// Grids that were run through.
  [[nodiscard]] std::size_t grids() const { return solved_.size(); }

private:
  /// The paces of SMs that are alike.
  struct Alike {
    Device device;
    bool skip = true;
    Paces paces;

    Alike(const Kernel& kernel, const Device& of, bool skips)
        : device(of), skip(skips), paces(kernel, device, skips) {}
  };
  struct Solved {
    Device device;
    Bandwidth bandwidth;
    const Paces* paces = nullptr;
    std::vector<UsedPace> used;
    GridTotals totals;
  };

  [[nodiscard]] Device asTheSmSees(Device device) const;
  Paces& pacesOf(const Device& device, bool skip);
  [[nodiscard]] bool holdsFor(const Solved& solved, const Device& device,
                              const Bandwidth& bandwidth, Paces& paces) const;
  core::Expected<GridTotals> solve(const Device& device, double hertz, Paces& paces);

  const Kernel& kernel_;
  bool multiplies_ = false, computes_ = false, usesSharedMemory_ = false; ///< some step does
  std::list<Alike> alike_;
  std::vector<Solved> solved_;
};

} // namespace einsight::sim::gpu

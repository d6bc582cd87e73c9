#pragma once
#include "sim/gpu/gpu.hpp"
#include "sim/gpu/grid.hpp"

#include <list>
#include <optional>

namespace einsight::sim::gpu {

/// Do two kernels take the same time on every device? They may differ in names, in the Einsums that
/// their steps compute, and in what only the occupancy table shows.
bool sameTimes(const Kernel& a, const Kernel& b);

/// Kernels of the same times on devices that differ in little. It remembers the paces of CTAs for
/// each device that an SM can tell apart, and the grids of the first device and of the last: they
/// are the same again where CTAs take as long, and what bandwidths behind the SMs make of them is
/// counted without going through them again.
class KernelSolver {
public:
  /// The kernel must outlive it.
  explicit KernelSolver(const Kernel& kernel);

  /// `kernel` has the times of the solver's own.
  core::Expected<KernelTotals> run(const Kernel& kernel, const Device& device, bool skip);
  core::Expected<KernelTotals> run(const Device& device, bool skip) {
    return run(kernel_, device, skip);
  }
  [[nodiscard]] const Kernel& kernel() const { return kernel_; }
  /// Grids that were run through.
  [[nodiscard]] std::size_t grids() const { return grids_; }

private:
  /// The paces of SMs that are alike.
  struct Alike {
    Device device;
    bool skip = true;
    Paces paces;

    Alike(const Kernel& kernel, const Device& of, bool skips)
        : device(of), skip(skips), paces(kernel, device, skips) {}
  };
  /// A grid on a device.
  struct Solved {
    Device device;
    const Paces* paces = nullptr;
    Timeline timeline;
  };

  [[nodiscard]] Device asTheSmSees(Device device) const;
  Paces& pacesOf(const Device& device, bool skip);
  /// The paces of the grid on another device; empty where it is another grid there.
  static std::optional<std::vector<UsedPace>> holdsFor(const Solved& solved, const Device& device,
                                                       Paces& paces);
  core::Expected<Solved> solve(const Device& device, Paces& paces);
  static KernelTotals totalsOf(const Kernel& kernel, const Timeline& timeline,
                               const std::vector<UsedPace>& used, const Device& device,
                               const Paces& paces);

  const Kernel& kernel_;
  // Some step does.
  bool multiplies_ = false, computes_ = false, usesSpecialFunctions_ = false;
  bool usesSharedMemory_ = false;
  std::list<Alike> alike_;
  std::optional<Solved> first_, last_;
  std::size_t grids_ = 0;
};

} // namespace einsight::sim::gpu

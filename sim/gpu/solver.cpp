#include "sim/gpu/solver.hpp"

#include "sim/gpu/check.hpp"
#include "sim/gpu/kernel_solver.hpp"
#include "sim/gpu/summary.hpp"

#include <algorithm>
#include <optional>

namespace einsight::sim::gpu {

Solver::Solver(const Chain& chain) : chain_(chain) {
  for (std::size_t k = 0; k < chain.kernels.size(); ++k) {
    const auto& kernel = chain.kernels[k];
    const auto equal =
        std::find_if(different_.begin(), different_.end(),
                     [&](const Different& each) { return chain.kernels[each.kernel] == kernel; });
    kinds_.push_back(static_cast<std::size_t>(equal - different_.begin()));
    if (equal != different_.end()) {
      continue;
    }
    const auto alike = std::find_if(solvers_.begin(), solvers_.end(), [&](const auto& each) {
      return sameTimes(each->kernel(), kernel);
    });
    different_.push_back({k, static_cast<std::size_t>(alike - solvers_.begin())});
    if (alike == solvers_.end()) {
      solvers_.push_back(std::make_unique<KernelSolver>(kernel));
    }
  }
}

Solver::~Solver() = default;

core::Expected<Totals> Solver::cycle(const Device& device, const Options& options) {
  core::Problems problems = check(chain_);
  if (!problems.empty()) {
    return core::failure(problems);
  }
  Totals totals;
  Device now = device; // with what is left in L2 from before the run, and the clock on its way
  std::vector<std::optional<KernelTotals>> known(different_.size());
  for (std::size_t k = 0; k < chain_.kernels.size(); ++k) {
    const double done = static_cast<double>(k) / static_cast<double>(chain_.kernels.size());
    if (options.progress && !options.progress(done)) {
      return core::failure({{{}, "stopped before the end", {}}});
    }
    auto& one = known[kinds_[k]];
    if (!one || now.l2DirtyBytes > 0 || now.clockSettlingSeconds > 0) {
      auto& solver = *solvers_[different_[kinds_[k]].solver];
      const auto ran = solver.run(chain_.kernels[k], now, options.skip);
      if (!ran) {
        problems.insert(problems.end(), ran.error().begin(), ran.error().end());
        continue;
      }
      one = *ran;
      now.l2DirtyBytes -= one->evictedBytes;
      now.clockShare = one->lastHertz / now.maximumHertz;
    }
    totals.kernels.push_back(*one);
  }
  if (!problems.empty()) {
    return core::failure(problems);
  }
  addLaunches(chain_, device, totals);
  return totals;
}

core::Expected<Totals> cycle(const Chain& chain, const Device& device, const Options& options) {
  return Solver(chain).cycle(device, options);
}

} // namespace einsight::sim::gpu

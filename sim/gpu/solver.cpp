#include "sim/gpu/solver.hpp"

#include "sim/gpu/check.hpp"
#include "sim/gpu/kernel_solver.hpp"
#include "sim/gpu/summary.hpp"

#include <algorithm>
#include <optional>

namespace einsight::sim::gpu {

Solver::Solver(const Chain& chain) : chain_(chain) {
  for (const auto& kernel : chain.kernels) {
    const auto found = std::find_if(solvers_.begin(), solvers_.end(),
                                    [&](const auto& each) { return each->kernel() == kernel; });
    solverOf_.push_back(static_cast<std::size_t>(found - solvers_.begin()));
    if (found == solvers_.end()) {
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
  std::vector<std::optional<KernelTotals>> known(solvers_.size());
  for (std::size_t k = 0; k < chain_.kernels.size(); ++k) {
    const double done = static_cast<double>(k) / static_cast<double>(chain_.kernels.size());
    if (options.progress && !options.progress(done)) {
      return core::failure({{{}, "stopped before the end", {}}});
    }
    auto& one = known[solverOf_[k]];
    if (!one) {
      const auto ran = solvers_[solverOf_[k]]->run(device, options.skip);
      if (!ran) {
        problems.insert(problems.end(), ran.error().begin(), ran.error().end());
        continue;
      }
      one = *ran;
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

#include "sim/gpu/check.hpp"

#include "sim/cycle/at.hpp"
#include "sim/gpu/order.hpp"

#include <fmt/format.h>

namespace einsight::sim::gpu {
namespace {

/// Overlapping iterations that take a load at the same time.
void checkPart(const Kernel& kernel, const Part& part, core::Problems& problems) {
  std::vector<unsigned> stages(part.loads.size()); ///< a bit per stage of the steps that take it
  for (const auto& issue : issueOrder(part.steps, kernel.overlap)) {
    for (const int load : at(part.steps, issue.step).loads) {
      at(stages, load) |= issue.stage == 0 ? 1U : 2U;
    }
  }
  for (std::size_t l = 0; l < stages.size(); ++l) {
    if (stages[l] == 3U) {
      problems.push_back(
          {{{}, 0, 0, kernel.name},
           fmt::format("its iterations overlap, and two of them take {} at the same time: that "
                       "needs 2 stages, this kernel has {}",
                       part.loads[l].tensor, kernel.stages),
           {}});
    }
  }
}

} // namespace

core::Problems check(const Chain& chain) {
  core::Problems problems;
  for (const auto& kernel : chain.kernels) {
    if (kernel.stages >= 2) {
      continue;
    }
    std::vector<const Part*> all{&kernel.iteration};
    for (const auto& other : kernel.others) {
      all.push_back(&other.iteration);
    }
    for (const auto* part : all) {
      checkPart(kernel, *part, problems);
    }
  }
  return problems;
}

} // namespace einsight::sim::gpu

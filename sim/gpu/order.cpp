#include "sim/gpu/order.hpp"

#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"

#include <algorithm>

namespace einsight::sim::gpu {
namespace {

/// 1 for what follows the arithmetic: products that take results of the lanes, and their users.
std::vector<int> stagesOf(const std::vector<Step>& steps) {
  std::vector<int> stages(steps.size(), 0);
  for (std::size_t s = 0; s < steps.size(); ++s) {
    for (const int need : steps[s].needs) {
      const bool fromArithmetic =
          at(steps, need).unit != Step::Unit::Tensor && steps[s].unit == Step::Unit::Tensor;
      stages[s] = std::max(stages[s], fromArithmetic ? 1 : at(stages, need));
    }
  }
  return stages;
}

} // namespace

std::vector<Issue> issueOrder(const std::vector<Step>& steps, bool overlap) {
  std::vector<Issue> order;
  if (!overlap) {
    for (std::size_t s = 0; s < steps.size(); ++s) {
      order.push_back({static_cast<int>(s), 0});
    }
    return order;
  }
  const auto stages = stagesOf(steps);
  std::vector<bool> issued(steps.size(), false);
  const auto after = [&](const std::vector<int>& others, int stage) {
    return std::all_of(others.begin(), others.end(), [&](int other) {
      return at(stages, other) != stage || issued[static_cast<std::size_t>(other)];
    });
  };
  // All that it takes and that the same epoch issues has been issued.
  const auto free = [&](std::size_t s) {
    return after(steps[s].needs, stages[s]) && (stages[s] == 1 || after(steps[s].carried, 1));
  };
  // Products first, as they then run beside the arithmetic; those of the newer iteration before.
  const auto rank = [&](std::size_t s) {
    return (steps[s].unit == Step::Unit::Tensor ? 0 : 2) + stages[s];
  };
  while (order.size() < steps.size()) {
    std::size_t best = steps.size();
    for (std::size_t s = 0; s < steps.size(); ++s) {
      if (!issued[s] && free(s) && (best == steps.size() || rank(s) < rank(best))) {
        best = s;
      }
    }
    EINSIGHT_INVARIANT(best < steps.size(),
                       "steps of a kernel may not need each other in a circle");
    issued[best] = true;
    order.push_back({static_cast<int>(best), stages[best]});
  }
  return order;
}

} // namespace einsight::sim::gpu

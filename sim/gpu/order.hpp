#pragma once
#include "sim/gpu/kernel.hpp"

namespace einsight::sim::gpu {

/// A step of an iteration as a warpgroup issues it: `stage` 1 works on the iteration before.
struct Issue {
  int step = 0;
  int stage = 0;
};

/// In which order a warpgroup issues the steps of an iteration. In the order of the list; with
/// `overlap`, products that take results of the lanes come one iteration later, behind those that
/// do not, so that they run beside the arithmetic of the next iteration (Shah et al.,
/// FlashAttention-3, NeurIPS 2024, algorithm 2). What the next iteration takes (`carried`) always
/// comes before.
std::vector<Issue> issueOrder(const std::vector<Step>& steps, bool overlap);

} // namespace einsight::sim::gpu

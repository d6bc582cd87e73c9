#include "mappings/gpu/cta/groups.hpp"

#include "einsum/walk.hpp"
#include "mappings/gpu/cta/passes.hpp"

#include <algorithm>
#include <tuple>

namespace einsight::mappings::gpu {
namespace {

constexpr int kAside = 1 << 20; ///< a pass after all others

/// Does it take a product's result from its place for memory, in every iteration?
bool leaves(const Node& node, const KernelPlan& plan) {
  return node.role == Role::Iteration && !node.product && productOf(*node.einsum, plan) &&
         resultsInTensorMemory(plan.kernel->instruction);
}

/// The pass of each node on the lanes.
std::map<int, int> passesOfLanes(const KernelPlan& plan, const Graph& graph, Role role,
                                 const LaneWork& work) {
  std::map<int, std::vector<int>> levels;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& node = graph.nodes[i];
    if (node.role == role && !node.product) {
      levels[node.level].push_back(static_cast<int>(i));
    }
  }
  std::map<int, int> passes;
  for (const auto& [level, nodes] : levels) {
    passes.merge(passesOf(graph, nodes));
  }
  const auto isNeeded = [&](int node) {
    return std::any_of(passes.begin(), passes.end(), [&](const auto& other) {
      const auto& reader = graph.nodes[static_cast<std::size_t>(other.first)];
      return einsum::contains(reader.needs, node);
    });
  };
  for (auto& [node, pass] : passes) {
    const auto& made = graph.nodes[static_cast<std::size_t>(node)];
    if ((work.rescales(made) || leaves(made, plan)) && !isNeeded(node)) {
      pass = kAside; // only products or memory wait for it
    }
  }
  return passes;
}

} // namespace

std::vector<StepGroup> stepGroupsOf(const KernelPlan& plan, const Graph& graph, Role role,
                                    LaneWork& work) {
  auto passes = passesOfLanes(plan, graph, role, work);
  const bool apart = plan.kernel->interleave; // each pass, and its special functions
  std::map<std::tuple<int, bool, bool, int, int>, StepGroup> groups; // lanes before tensor cores
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& node = graph.nodes[i];
    if (node.role != role) {
      continue;
    }
    const int pass = passes[static_cast<int>(i)];
    auto& group =
        groups[{node.level, node.product.has_value(), node.joint, node.turn, apart ? pass : 0}];
    group.nodes.push_back(static_cast<int>(i));
    group.product = node.product.has_value();
    group.joint = node.joint;
    group.apart = apart && pass == kAside;
    if (!group.product) {
      group.passes[pass].add(work.costOf(node), 1);
    }
  }
  std::vector<StepGroup> out;
  int count = 0;
  for (auto& [key, group] : groups) {
    group.step = count++;
    const bool special = std::any_of(group.passes.begin(), group.passes.end(),
                                     [](const auto& pass) { return pass.second.special > 0; });
    group.special = apart && special ? count++ : -1;
    out.push_back(std::move(group));
  }
  return out;
}

} // namespace einsight::mappings::gpu

#include "mappings/gpu/cta/lanes.hpp"

#include "einsum/walk.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {

LaneCost LaneWork::costOf(const Node& node) {
  LaneCost cost;
  for (const auto* operations : {&node.operations, &node.repeated}) {
    for (const auto& [op, count] : *operations) {
      cost.add(rates_.lane(op, *node.einsum), count * rowFactor(node) * timesDone(node));
    }
  }
  return cost;
}

bool LaneWork::rescales(const Node& node) const {
  return std::any_of(node.carried.begin(), node.carried.end(), [&](int before) {
    return graph_.nodes[static_cast<std::size_t>(before)].accumulates != nullptr;
  });
}

double LaneWork::maskCycles(const Node& node, const einsum::Einsum& masked) {
  double cycles = plan_.mask.empty() ? rates_.lane("mask", *node.einsum).cycles() : 0;
  for (const auto& [op, count] : plan_.mask) {
    cycles += static_cast<double>(count) * rates_.lane(op, *node.einsum).cycles();
  }
  std::vector<std::string> output;
  einsum::addVariables(masked.output, output);
  return plan_.extents.points(output) * rowFactor(node) * cycles;
}

double LaneWork::rowFactor(const Node& node) const {
  return einsum::contains(node.einsum->variables, plan_.rowVariable()) ? rowFactor_ : 1;
}

} // namespace einsight::mappings::gpu

#include "mappings/gpu/cta/levels.hpp"

#include "mappings/gpu/cta/rows.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

class Levelling {
public:
  Levelling(Graph& graph, const KernelPlan& plan) : graph_(graph), plan_(plan) {}

  void level(int index) {
    auto& node = nodeAt(index);
    if (node.level >= 0) {
      return;
    }
    node.level = 0;
    for (const auto* before : {&node.needs, &node.after}) {
      for (const int other : *before) {
        level(other);
        follow(node, nodeAt(other));
      }
    }
    // What is done with it at once, too, so that no step waits for a later one.
    node.joint = !takenFromAll(graph_, node, plan_).empty() ||
                 std::any_of(node.needs.begin(), node.needs.end(), [&](int need) {
                   return nodeAt(need).joint && nodeAt(need).level == node.level;
                 });
  }

private:
  /// A hand-over between units is a level; what comes of several turns has the latest of them.
  static void follow(Node& node, const Node& before) {
    const bool handedOver = before.product.has_value() != node.product.has_value();
    const int least = before.level + (handedOver ? 1 : 0);
    if (least > node.level) {
      node.level = least;
      node.turn = before.turn;
    } else if (least == node.level) {
      node.turn = std::max(node.turn, before.turn);
    }
  }

  Node& nodeAt(int index) { return graph_.nodes[static_cast<std::size_t>(index)]; }

  Graph& graph_;
  const KernelPlan& plan_;
};

} // namespace

void addLevels(Graph& graph, const KernelPlan& plan) {
  Levelling levelling(graph, plan);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    levelling.level(static_cast<int>(i));
  }
}

} // namespace einsight::mappings::gpu

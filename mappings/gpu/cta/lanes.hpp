#pragma once
#include "mappings/gpu/cta/graph.hpp"
#include "mappings/gpu/cta/rates.hpp"

namespace einsight::mappings::gpu {

/// What nodes on the lanes take, in cycles of one warpgroup.
class LaneWork {
public:
  /// `rowFactor`: rows of products are padded so much to what the instruction takes.
  LaneWork(const KernelPlan& plan, const Graph& graph, Rates& rates, double rowFactor)
      : plan_(plan), graph_(graph), rates_(rates), rowFactor_(rowFactor) {}

  /// Of all operations of a node.
  LaneCost costOf(const Node& node);
  /// Does it take the running sum of a product as it was an iteration before?
  [[nodiscard]] bool rescales(const Node& node) const;
  /// Per iteration: rescaling may be left out.
  [[nodiscard]] double timesDone(const Node& node) const {
    return rescales(node) ? plan_.rescaled : 1;
  }
  /// Of masking the scores that `masked` makes, on a partly masked tile, by a node.
  double maskCycles(const Node& node, const einsum::Einsum& masked);

private:
  [[nodiscard]] double rowFactor(const Node& node) const;

  const KernelPlan& plan_;
  const Graph& graph_;
  Rates& rates_;
  double rowFactor_;
};

} // namespace einsight::mappings::gpu

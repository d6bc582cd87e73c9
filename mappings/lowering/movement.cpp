#include "mappings/lowering/tensor_movement.hpp"

#include <algorithm>

/// Loads, stores and needs of every tensor of a section.
namespace einsight::mappings {

/// Needed outside the section, or read in it from another place than it was put.
bool TensorMovement::leaves() const {
  if (tensor_.result) {
    return true;
  }
  const auto readHere = [&](const einsum::Einsum& einsum) {
    return std::any_of(draft_.plan.leaves.begin(), draft_.plan.leaves.end(),
                       [&](const LeafPlan& leaf) { return leaf.einsum == &einsum; });
  };
  for (const auto& einsum : draft_.cascade().einsums()) {
    if (!accesses(einsum, tensor_.name).empty() && !readHere(einsum)) {
      return true;
    }
  }
  return std::any_of(readers_.begin(), readers_.end(), [&](const Reader& reader) {
    return !direct(reader) && (reader.home < 0 || reader.home != makerHome_);
  });
}

/// `consumer` puts sub-tile n in the place of sub-tile n - slots, which `user` must have finished.
Edge TensorMovement::space(int consumer, int user, const std::vector<int>& loops,
                           std::int64_t slots) const {
  std::vector<int> own; // the consumer may stand further out
  for (const int loop : loops) {
    const auto& has = draft_.section.tasks[static_cast<std::size_t>(consumer)].loops;
    if (std::find(has.begin(), has.end(), loop) != has.end()) {
      own.push_back(loop);
    }
  }
  auto edge = draft_.edge(user, own, Edge::Kind::Space);
  edge.lagLoops = own;
  edge.lag = slots;
  for (std::size_t l = 0; l < draft_.plan.leaves.size(); ++l) {
    if (draft_.leafTask[l] == user) {
      const auto way = wayBack(draft_, draft_.plan.leaves[l], tensor_.name);
      edge.route = way.route;
      edge.latency = way.cycles;
    }
  }
  return edge;
}

/// A need on something the tensor's maker makes in parts, if its values are not those of the loop:
/// a sum over a loop is there when that loop has ended, also for another loop over the same rank.
Edge TensorMovement::whole(Edge edge, const std::vector<int>& loops) const {
  const auto& made = draft_.section.tasks[static_cast<std::size_t>(edge.producer)].loops;
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto& variable = draft_.plan.loops[static_cast<std::size_t>(made[i])].variable;
    const auto& indices = maker_->einsum->output.indices;
    const bool along = std::any_of(indices.begin(), indices.end(), [&](const auto& index) {
      return index.terms.count(variable) > 0;
    });
    if (!along && std::find(loops.begin(), loops.end(), made[i]) == loops.end()) {
      edge.sources[i] = {Edge::Source::At::Last, 0, 0};
    }
  }
  return edge;
}

/// A need of a memory or port on the tensor's maker: it takes whole tiles.
Edge TensorMovement::toMemory(Edge edge) const {
  const auto way = wayToMemory(*maker_);
  edge.route = way.route;
  edge.latency = way.cycles;
  return edge;
}

/// The number of the reader's access in its expression.
int TensorMovement::operand(const Reader& reader) {
  const auto all = accesses(*reader.leaf->einsum, "");
  return static_cast<int>(std::find(all.begin(), all.end(), reader.access) - all.begin());
}

void addMovement(Draft& draft) {
  for (const auto& tensor : draft.cascade().tensors()) {
    const auto touches = [&](const LeafPlan& leaf) {
      return leaf.einsum->output.tensor == tensor.name ||
             !accesses(*leaf.einsum, tensor.name).empty();
    };
    if (std::any_of(draft.plan.leaves.begin(), draft.plan.leaves.end(), touches)) {
      TensorMovement(draft, tensor).add();
    }
  }
}

} // namespace einsight::mappings

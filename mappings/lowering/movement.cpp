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
  return edge;
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

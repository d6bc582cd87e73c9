#include "mappings/lowering/tensor_movement.hpp"

#include <algorithm>

/// What memories keep of a tensor, and from when to when: the account behind the waits for space.
namespace einsight::mappings {
namespace {

/// Of the list the loops that the task has.
std::vector<int> shared(const std::vector<int>& loops, const Task& task) {
  std::vector<int> both;
  std::copy_if(loops.begin(), loops.end(), std::back_inserter(both), [&](int loop) {
    return std::find(task.loops.begin(), task.loops.end(), loop) != task.loops.end();
  });
  return both;
}

/// Fails for an access whose indices are not all plain variables.
bool plain(const einsum::Access& access) {
  return std::none_of(access.indices.begin(), access.indices.end(),
                      [](const auto& index) { return index.plainVariable().empty(); });
}

} // namespace

/// A need on the last instance of a task that works on the tile.
Edge TensorMovement::lastUse(int task, const std::vector<int>& loops) const {
  return draft_.edge(task, loops, Edge::Kind::Space);
}

/// Elements of a tile as far as one PE, or one value at a time, holds them.
sim::Amount TensorMovement::heldElements(const Footprint& print, const einsum::Einsum& user,
                                         const std::vector<int>& loops) {
  const auto isLeftOut = [&](const std::string& name) {
    return std::find(print.leftOut.begin(), print.leftOut.end(), name) != print.leftOut.end();
  };
  sim::Amount amount;
  for (const auto& index : print.access->indices) {
    const auto variable = index.plainVariable();
    if (isLeftOut(variable) || variable == iterative()) {
      continue;
    }
    std::int64_t divisor = 1;
    for (const auto& part : draft_.subject.plan().parts.at(variable)) {
      divisor *= isLeftOut(part.name) ? part.trips : 1;
    }
    amount.factors.push_back({draft_.extent(variable, loops, user.domain), divisor});
  }
  return amount;
}

/// Bytes of a tile: what DRAM does not keep of it.
sim::Amount TensorMovement::heldBytes(int number, const einsum::Access& access,
                                      const einsum::Einsum& user, const std::vector<int>& loops) {
  constexpr std::int64_t kBitsPerByte = 8;
  const auto& kept = keep(number);
  const auto print = footprint(draft_.plan, kept, draft_.cascade());
  const bool whole = !print || print->leftOut.empty();
  if (!whole && !plain(*print->access)) {
    return {room(number).subTileBytes, {}, 1};
  }
  auto amount = whole ? elements(access, loops, user) : heldElements(*print, user, loops);
  const auto share = core::Rational(1) - kept.spill;
  amount.scale *= share.numerator() * tensor_.bits;
  amount.unit = share.denominator() * kBitsPerByte;
  return amount;
}

/// Made where it is kept.
sim::Hold TensorMovement::holdOfMade(int number) {
  const auto& kept = keep(number);
  sim::Hold hold;
  hold.loops = shared(subTiles(kept), draft_.task(makerTask_));
  hold.fillers = {makerTask_};
  const bool inPlace = kept.memory->kind == arch::Memory::Kind::Registers;
  const auto use = [&](int task) {
    auto edge = inPlace ? lastUse(task, hold.loops) : space(makerTask_, task, hold.loops, 0);
    hold.users.push_back(std::move(edge));
  };
  hold.users.push_back(lastUse(makerTask_, hold.loops));
  for (const auto& reader : readers_) {
    if (draft_.plan.inside(reader.leaf->node, kept.node)) {
      use(reader.task);
    }
  }
  if (store_ >= 0 && number == makerHome_) {
    use(store_);
  }
  for (std::size_t l = 0; l < draft_.plan.leaves.size(); ++l) {
    const auto& leaf = draft_.plan.leaves[l];
    for (const auto& tensor : reads(*leaf.einsum)) {
      if (sharesPlace(draft_.plan, kept, tensor) && draft_.plan.inside(leaf.node, kept.node)) {
        use(draft_.leafTask[l]);
      }
    }
  }
  hold.bytes = heldBytes(number, maker_->einsum->output, *maker_->einsum, hold.loops);
  return hold;
}

/// Brought into a buffer from DRAM; where DRAM never limits, when it is first read.
sim::Hold TensorMovement::holdOfLoaded(int number) {
  sim::Hold hold;
  const Reader* first = nullptr;
  for (const auto& reader : readers_) {
    const auto fill = reader.home == number ? fills_.find(fillOf(reader)) : fills_.end();
    if (fill == fills_.end()) {
      continue;
    }
    const auto& load = draft_.task(fill->second);
    if (first == nullptr) {
      first = &reader;
      hold.loops = load.resource >= 0 ? load.loops : subTiles(keep(number));
    }
    if (load.resource >= 0 && load.loops == hold.loops) {
      hold.fillers.push_back(fill->second);
      hold.users.push_back(lastUse(fill->second, hold.loops));
    } else {
      hold.fillers.push_back(reader.task);
      hold.loops = shared(hold.loops, draft_.task(reader.task));
    }
  }
  for (const auto& reader : readers_) {
    if (first != nullptr && reader.home == number) {
      auto edge = lastUse(reader.task, hold.loops);
      edge.latency = space(reader.task, reader.task, hold.loops, 0).latency;
      hold.users.push_back(std::move(edge));
    }
  }
  if (first != nullptr) {
    const auto& widest = widestOf(*first);
    const auto box = subTiles(keep(number));
    hold.bytes = heldBytes(number, *widest.access, *widest.leaf->einsum, box);
    hold.parts = hold.loops.size() > box.size() ? room(number).pieces : 1; // a loop over pieces
  }
  return hold;
}

/// In registers that get it from elsewhere while their reader works. Where several of them fetch
/// it, each for itself, it is the first that is counted.
sim::Hold TensorMovement::holdOfFetched(int number) {
  const auto& kept = keep(number);
  sim::Hold hold;
  const Reader* first = nullptr;
  hold.loops = subTiles(kept);
  for (const auto& reader : readers_) {
    const bool together = first == nullptr || fetchedFromBuffer(draft_.plan, kept) ||
                          first->leaf->stage == reader.leaf->stage;
    if (reader.registers == number && together) {
      first = first == nullptr ? &reader : first;
      hold.fillers.push_back(reader.task);
      hold.loops = shared(hold.loops, draft_.task(reader.task));
    }
  }
  for (const int task : hold.fillers) {
    hold.users.push_back(lastUse(task, hold.loops));
  }
  if (first != nullptr) {
    hold.bytes = heldBytes(number, *first->access, *first->leaf->einsum, hold.loops);
  }
  return hold;
}

void TensorMovement::addHolds() {
  for (std::size_t k = 0; draft_.holds != nullptr && k < draft_.plan.keeps.size(); ++k) {
    const auto number = static_cast<int>(k);
    const auto& kept = keep(number);
    const auto& memories = draft_.machine().memories();
    if (kept.keep->tensor != tensor_.name || !kept.keep->shares.empty()) {
      continue;
    }
    const bool made = maker_ != nullptr && draft_.plan.inside(maker_->node, kept.node) &&
                      !fetchedFromBuffer(draft_.plan, kept);
    auto hold = made                                              ? holdOfMade(number)
                : kept.memory->kind == arch::Memory::Kind::Buffer ? holdOfLoaded(number)
                                                                  : holdOfFetched(number);
    std::erase_if(hold.users, [&](const Edge& use) {
      return draft_.task(use.producer).resource < 0; // only counted: it takes no time
    });
    hold.tensor = tensor_.name;
    const auto memory = std::find_if(memories.begin(), memories.end(), [&](const auto& each) {
      return each.name == kept.memory->name;
    });
    hold.memory = static_cast<int>(memory - memories.begin()) - 1; // DRAM is the first
    if (!hold.fillers.empty()) {
      draft_.holds->push_back(std::move(hold));
    }
  }
}

} // namespace einsight::mappings

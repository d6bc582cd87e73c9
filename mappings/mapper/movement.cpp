#include "mappings/mapper/movement.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

bool contains(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

} // namespace

void Cost::add(const Cost& other) {
  for (std::size_t m = 0; m < kMemories; ++m) {
    moved[m] += other.moved[m];
    port[m] += other.port[m];
    room[m] += other.room[m];
  }
  picojoules += other.picojoules;
  fill += other.fill;
}

Movement::Movement(const Nested& nested, const Chosen& chosen, const Stages& stages, int tensor)
    : nested_(nested), chosen_(chosen), stages_(stages), tensor_(tensor),
      fact_(nested.facts->tensors[static_cast<std::size_t>(tensor)]),
      maker_(nested.makerOf(tensor)) {
  for (std::size_t l = 0; l < nested.leaves.size(); ++l) {
    for (const auto& access : nested.einsum(nested.leaves[l]).reads) {
      if (access.tensor == tensor) {
        readers_.push_back({static_cast<int>(l), &access});
        variables_ |= access.variables;
      }
    }
  }
  if (maker_ >= 0) {
    variables_ |= nested.einsum(leaf(maker_)).output.variables;
  }
}

bool Movement::moves(int loop) const {
  return has(variables_, nested_.loop(loop).variable);
}

bool Movement::wantedOutside() const {
  if (fact_.tensor->result) {
    return true;
  }
  return std::any_of(fact_.readers.begin(), fact_.readers.end(), [&](int einsum) {
    return std::none_of(nested_.leaves.begin(), nested_.leaves.end(),
                        [&](const Leaf& leaf) { return leaf.einsum == einsum; });
  });
}

int Movement::commonNode() const {
  int node = maker_ >= 0 ? leaf(maker_).node : leaf(readers_.front().leaf).node;
  for (const auto& reader : readers_) {
    node = leaf(reader.leaf).node == node ? node : 0;
  }
  return node;
}

int Movement::home(int leaf) const {
  int best = -1;
  for (std::size_t k = 0; k < option_->keeps.size(); ++k) {
    const auto& kept = option_->keeps[k];
    if (memory(kept.memory).unit < 0 && insideNode(this->leaf(leaf).node, kept.node) &&
        (best < 0 || keep(best).fixed <= kept.fixed)) {
      best = static_cast<int>(k);
    }
  }
  return best;
}

int Movement::registersOf(int leaf) const {
  int best = -1;
  for (std::size_t k = 0; k < option_->keeps.size(); ++k) {
    const auto& kept = option_->keeps[k];
    if (memory(kept.memory).unit == unit(leaf) && insideNode(this->leaf(leaf).node, kept.node) &&
        (best < 0 || keep(best).fixed <= kept.fixed)) {
      best = static_cast<int>(k);
    }
  }
  return best;
}

/// Does an Einsum (transitively, within the section) need the tensor?
bool Movement::needs(int einsum) const {
  for (const auto& read : nested_.facts->einsums[static_cast<std::size_t>(einsum)].reads) {
    const int maker = nested_.makerOf(read.tensor);
    if (read.tensor == tensor_) {
      return true;
    }
    if (maker >= 0 && leaf(maker).einsum != einsum && nested_.einsum(leaf(maker)).iterative < 0 &&
        needs(leaf(maker).einsum)) {
      return true;
    }
  }
  return false;
}

/// Of a streamed tensor a reader gets each value only if it does not also need a sum over them.
bool Movement::inStep(int reader, Variables streamed) const {
  for (const auto& read : nested_.einsum(leaf(reader)).reads) {
    const int maker = nested_.makerOf(read.tensor);
    if (maker < 0 || read.tensor == tensor_) {
      continue;
    }
    if ((nested_.einsum(leaf(maker)).reduced & streamed) != 0 && needs(leaf(maker).einsum)) {
      return false;
    }
  }
  return true;
}

/// Loops at which the tile of a keep changes.
std::vector<int> Movement::changes(const Keep& kept) const {
  const auto& path = nested_.nodes[static_cast<std::size_t>(kept.node)].path;
  std::vector<int> outer(path.begin(), path.begin() + kept.fixed);
  while (!outer.empty() && (nested_.loop(outer.back()).trips == 1 || !moves(outer.back()))) {
    outer.pop_back();
  }
  return outer;
}

/// The loops inside a keep that divide its tile for everyone who makes or reads it.
std::vector<int> Movement::divisions(const Keep& kept) const {
  std::vector<int> shared;
  bool first = true;
  const auto look = [&](int user) {
    if (!insideNode(leaf(user).node, kept.node)) {
      return;
    }
    const auto& path = leaf(user).path;
    if (first) {
      shared.assign(path.begin() + kept.fixed, path.end());
      first = false;
      return;
    }
    std::erase_if(shared, [&](int loop) { return !contains(path, loop); });
  };
  if (maker_ >= 0) {
    look(maker_);
  }
  for (const auto& reader : readers_) {
    look(reader.leaf);
  }
  std::erase_if(shared, [&](int loop) { return !moves(loop); });
  return shared;
}

std::vector<int> Movement::subTiles(const Keep& kept) const {
  auto loops = changes(kept);
  for (const int loop : divisions(kept)) {
    if (nested_.loop(loop).variable != fact_.iterative) {
      loops.push_back(loop);
    }
  }
  return loops;
}

/// The loops at which a value leaves the registers, or comes into them.
std::vector<int> Movement::collected(int leaf, int registers) const {
  const auto& own = this->leaf(leaf).loops;
  if (registers < 0) {
    return own;
  }
  auto loops = changes(keep(registers));
  for (const int loop : own) {
    if (moves(loop) && !contains(loops, loop)) {
      loops.push_back(loop);
    }
  }
  return loops;
}

bool Movement::direct(std::size_t number) const {
  const auto& reader = readers_[number];
  const bool passed = maker_ >= 0 && reader.access->shift == 0 && unit(reader.leaf) != unit(maker_);
  if (passed) {
    const int own = registersOf(maker_);
    if (own >= 0 && keep(own).streamed == 0 && insideNode(leaf(reader.leaf).node, keep(own).node)) {
      return true;
    }
  }
  const int registers = registers_[number];
  if (maker_ < 0 || registers < 0 || !insideNode(leaf(maker_).node, keep(registers).node)) {
    return false;
  }
  if (reader.access->shift > 0) { // still there only if the registers outlive the loop
    const auto& kept = keep(registers);
    const auto& path = nested_.nodes[static_cast<std::size_t>(kept.node)].path;
    return std::none_of(path.begin(), path.begin() + kept.fixed,
                        [&](int loop) { return nested_.loop(loop).variable == fact_.iterative; });
  }
  return makerHome_ < 0 || unit(maker_) == unit(reader.leaf);
}

bool Movement::leaves() const {
  if (wantedOutside()) {
    return true;
  }
  for (std::size_t r = 0; r < readers_.size(); ++r) {
    if (!direct(r) && (homes_[r] < 0 || homes_[r] != makerHome_)) {
      return true;
    }
  }
  return false;
}

/// May it come past all buffers? It must stay in the PEs while the Einsum works in time, or each of
/// its values must be needed once.
bool Movement::streams(const Reader& reader) const {
  const auto& user = leaf(reader.leaf);
  const auto& einsum = nested_.einsum(user);
  const auto& bound = *chosen_[static_cast<std::size_t>(reader.leaf)];
  Variables inTime = 0;
  for (int v = 0; v < static_cast<int>(nested_.tiles.size()); ++v) {
    const bool spatial = bound.spreads(v);
    const auto values = nested_.inside(v, user.loops);
    const auto steps =
        spatial ? values / nested_.tiles[static_cast<std::size_t>(v)].spatial : values;
    inTime |= has(einsum.variables, v) && steps > 1 ? only(v) : 0;
  }
  const auto own = reader.access->variables & inTime;
  return own == inTime || own == 0;
}

/// Made once in a loop that its reader has: is it still there in the loop's later iterations?
bool Movement::survives(const Reader& reader) const {
  if (maker_ < 0) {
    return true;
  }
  const auto& made = leaf(maker_);
  for (std::size_t i = 0; i < made.path.size(); ++i) {
    const int loop = made.path[i];
    if (contains(made.loops, loop) || !contains(leaf(reader.leaf).loops, loop)) {
      continue;
    }
    if (fact_.iterative >= 0 ||
        std::any_of(option_->keeps.begin(), option_->keeps.end(),
                    [&](const Keep& kept) { return kept.fixed > static_cast<int>(i); })) {
      return false;
    }
  }
  return true;
}

std::vector<int> Movement::unmoved(const std::vector<int>& loops) const {
  std::vector<int> list;
  for (const int loop : loops) {
    if (!moves(loop) && nested_.loop(loop).trips > 1) {
      list.push_back(loop);
    }
  }
  return list;
}

bool Movement::cost(const Option& option, Cost& cost) {
  option_ = &option;
  homes_.clear();
  registers_.clear();
  filled_.clear();
  fetched_.clear();
  makerHome_ = maker_ >= 0 ? home(maker_) : -1;
  for (const auto& reader : readers_) {
    homes_.push_back(home(reader.leaf));
    const int registers = registersOf(reader.leaf);
    const bool passes = registers >= 0 && !inStep(reader.leaf, keep(registers).streamed);
    registers_.push_back(passes ? -1 : registers);
  }
  if (maker_ >= 0) {
    write(cost);
  }
  for (std::size_t r = 0; r < readers_.size(); ++r) {
    if (!read(r, cost)) {
      return false;
    }
  }
  countRegisters(cost);
  addRoom(cost);
  return true;
}

} // namespace einsight::mappings::mapper

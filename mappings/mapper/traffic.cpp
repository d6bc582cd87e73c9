#include "mappings/mapper/movement.hpp"

#include <algorithm>

/// The traffic of a tensor for one option, and the room that it takes.
namespace einsight::mappings::mapper {

/// Counts the boxes of an access, one for each iteration of the loops.
void Movement::move(Cost& cost, int number, bool write, bool timed, const AccessFact& access,
                    const std::vector<int>& loops, const Iterations& over) const {
  std::vector<Iterations::Factor> factors;
  double scale = fact_.tensor->bits;
  for (const auto& index : access.indices) {
    if (index.replaced) {
      continue;
    }
    if (index.plain >= 0) {
      factors.push_back({index.plain, 1});
      continue;
    }
    std::int64_t span = 1;
    for (const auto& [variable, coefficient] : index.terms) {
      span += std::abs(coefficient) * (nested_.inside(variable, loops) - 1);
    }
    scale *= static_cast<double>(std::min(span, index.shape));
  }
  const auto& fact = memory(number);
  const auto& machine = nested_.facts->machine.memories()[static_cast<std::size_t>(number)];
  const auto m = static_cast<std::size_t>(number);
  const double bytes = over.sum(factors, scale, 8);
  cost.moved[m] += bytes;
  cost.picojoules += over.sum(factors, scale, 8 * static_cast<double>(machine.accessBytes)) *
                     (write ? fact.writePicojoules : fact.readPicojoules);
  if (timed && fact.bytesPerCycle > 0) {
    cost.port[m] += over.whole(factors, scale) / 8 / fact.bytesPerCycle;
    for (const auto& factor : factors) { // the first tile
      scale *= static_cast<double>(nested_.inside(factor.variable, loops));
    }
    cost.fill += nested_.smooth ? scale / 8 / fact.bytesPerCycle : 0;
  }
}

void Movement::write(Cost& cost) const {
  const auto& user = nested_.einsum(leaf(maker_));
  const auto loops = collected(maker_, registersOf(maker_));
  if (makerHome_ >= 0) {
    const int buffer = keep(makerHome_).memory;
    Iterations over(nested_, loops, user);
    move(cost, buffer, true, true, user.output, loops, over);
    if (const auto again = unmoved(loops); !again.empty()) {
      over.afterFirst(again);
      move(cost, buffer, false, true, user.output, loops, over);
    }
  }
  if (!leaves()) {
    return;
  }
  const auto out = makerHome_ >= 0 ? subTiles(keep(makerHome_)) : loops;
  Iterations over(nested_, out, user);
  if (makerHome_ >= 0) {
    move(cost, keep(makerHome_).memory, false, false, user.output, out, over);
  }
  move(cost, 0, true, true, user.output, out, over);
  if (const auto again = unmoved(out); !again.empty()) {
    over.afterFirst(again);
    move(cost, 0, false, true, user.output, out, over);
  }
}

/// Of the readers that one fill serves the one with the fewest masks.
const Movement::Reader& Movement::widestOf(std::size_t number) const {
  const auto& masks = *nested_.facts->masks;
  const auto domain = [&](const Reader& reader) {
    return nested_.einsum(leaf(reader.leaf)).domain;
  };
  const auto* widest = &readers_[number];
  for (std::size_t r = 0; r < readers_.size(); ++r) {
    const int known = domain(*widest);
    const int other = domain(readers_[r]);
    widest = homes_[r] == homes_[number] && other != known && masks.within(other, known)
                 ? &readers_[r]
                 : widest;
  }
  return *widest;
}

void Movement::readDram(std::size_t number, Cost& cost) {
  const int home = homes_[number];
  const auto& reader = home >= 0 ? widestOf(number) : readers_[number];
  const auto& user = nested_.einsum(leaf(reader.leaf));
  if (home >= 0) {
    if (std::find(filled_.begin(), filled_.end(), home) != filled_.end()) {
      return;
    }
    filled_.push_back(home);
  }
  const auto loops = home >= 0 ? subTiles(keep(home)) : collected(reader.leaf, registers_[number]);
  const Iterations over(nested_, loops, user);
  if (home >= 0) {
    move(cost, keep(home).memory, true, false, *reader.access, loops, over);
  }
  move(cost, 0, false, true, *reader.access, loops, over);
}

bool Movement::read(std::size_t number, Cost& cost) {
  const auto& reader = readers_[number];
  if (!survives(reader)) {
    return false;
  }
  if (direct(number)) { // a sum must be whole before it is passed on
    return makerHome_ >= 0 || unmoved(collected(maker_, registersOf(maker_))).empty();
  }
  const int home = homes_[number];
  if (home < 0 && (fact_.iterative >= 0 || !streams(reader))) {
    return false;
  }
  if (home < 0 || maker_ < 0 || home != makerHome_) {
    readDram(number, cost);
  }
  if (home < 0) {
    return true;
  }
  if (maker_ >= 0 && reader.access->shift > 0) { // the value of before must still be there
    const auto& path = nested_.nodes[static_cast<std::size_t>(keep(home).node)].path;
    for (int i = 0; i < keep(home).fixed; ++i) {
      if (nested_.loop(path[static_cast<std::size_t>(i)]).variable == fact_.iterative) {
        return false;
      }
    }
  }
  const auto& user = nested_.einsum(leaf(reader.leaf));
  auto loops = leaf(reader.leaf).loops;
  if (registers_[number] >= 0) { // the registers hold what the first reader fetched
    const std::pair fetch{registers_[number], reader.access->shift};
    if (std::find(fetched_.begin(), fetched_.end(), fetch) != fetched_.end()) {
      return true;
    }
    fetched_.push_back(fetch);
    loops = collected(reader.leaf, registers_[number]);
  }
  Iterations over(nested_, loops, user);
  if (reader.access->shift > 0) {
    over.from(fact_.iterative, reader.access->shift);
  }
  move(cost, keep(home).memory, false, true, *reader.access, loops, over);
  return true;
}

/// Operands in registers are read at every point, a result that stays is written once.
void Movement::countRegisters(Cost& cost) const {
  const auto kept = [&](int leaf) {
    return std::any_of(option_->keeps.begin(), option_->keeps.end(), [&](const Keep& keep) {
      return memory(keep.memory).unit == unit(leaf) && insideNode(this->leaf(leaf).node, keep.node);
    });
  };
  for (const auto& reader : readers_) {
    const int registers = nested_.facts->registers[static_cast<std::size_t>(unit(reader.leaf))];
    if (registers >= 0 && kept(reader.leaf)) {
      const auto& bound = *chosen_[static_cast<std::size_t>(reader.leaf)];
      cost.picojoules += bound.points * memory(registers).readPicojoules;
    }
  }
  if (maker_ < 0 || chosen_[static_cast<std::size_t>(maker_)]->accumulates || !kept(maker_)) {
    return;
  }
  const auto& user = nested_.einsum(leaf(maker_));
  const int registers = nested_.facts->registers[static_cast<std::size_t>(unit(maker_))];
  const auto& loops = leaf(maker_).loops;
  const Iterations over(nested_, loops, user, leaf(maker_).visits);
  std::vector<Iterations::Factor> factors;
  for (const auto& index : user.output.indices) {
    if (!index.replaced && index.plain >= 0) {
      factors.push_back({index.plain, 1});
    }
  }
  cost.picojoules += over.sum(factors, 1, 1) * memory(registers).writePicojoules;
}

bool Movement::fetchedFromBuffer(const Keep& kept) const {
  return memory(kept.memory).unit >= 0 &&
         (maker_ < 0 || unit(maker_) != memory(kept.memory).unit) &&
         std::any_of(option_->keeps.begin(), option_->keeps.end(), [&](const Keep& other) {
           return memory(other.memory).unit < 0 && insideNode(kept.node, other.node);
         });
}

/// Epochs between the making of a value (or its first use, if it is loaded) and the last use of its
/// place.
std::int64_t Movement::lagOf(const Keep& kept) const {
  const bool loaded = maker_ < 0 || !insideNode(leaf(maker_).node, kept.node);
  if (stages_.leaf.empty() || (loaded && memory(kept.memory).unit >= 0)) {
    return 0;
  }
  const auto stageOf = [&](int number) {
    const auto node = leaf(number).node;
    return node == kept.node ? stages_.leaf[static_cast<std::size_t>(number)]
                             : stages_.node[static_cast<std::size_t>(node)];
  };
  const bool fetched = fetchedFromBuffer(kept);
  int first = fetched || loaded ? 1 << 20 : stageOf(maker_);
  int last = fetched || loaded ? 0 : first;
  const auto use = [&](int number) {
    if (insideNode(leaf(number).node, kept.node) &&
        (!fetched || unit(number) == memory(kept.memory).unit)) {
      first = std::min(first, stageOf(number));
      last = std::max(last, stageOf(number));
    }
  };
  for (const auto& reader : readers_) {
    use(reader.leaf);
  }
  for (const auto& [tensor, number] : stages_.sharing) { // those that overwrite it in its place
    if (tensor == tensor_ && memory(kept.memory).unit < 0) {
      use(number);
    }
  }
  return std::max(0, last - first);
}

double Movement::roomOf(const Keep& kept) const {
  int user = -1; // the first who makes or reads it, on the unit of the registers
  for (std::size_t l = 0; l < nested_.leaves.size(); ++l) {
    const int number = static_cast<int>(l);
    const bool reads = std::any_of(readers_.begin(), readers_.end(),
                                   [&](const Reader& reader) { return reader.leaf == number; });
    if ((number != maker_ && !reads) || !insideNode(leaf(number).node, kept.node)) {
      continue;
    }
    if (memory(kept.memory).unit < 0 || memory(kept.memory).unit == unit(number)) {
      user = number;
      break;
    }
    user = user < 0 ? number : user;
  }
  if (user < 0) {
    return 0;
  }
  const auto& path = nested_.nodes[static_cast<std::size_t>(kept.node)].path;
  std::vector<int> fixed(path.begin(), path.begin() + kept.fixed);
  double subTiles = 1;
  for (const int loop : divisions(kept)) {
    if (nested_.loop(loop).variable != fact_.iterative) {
      subTiles *= static_cast<double>(nested_.loop(loop).trips);
      fixed.push_back(loop);
    }
  }
  const AccessFact* access = &nested_.einsum(leaf(user)).output;
  for (const auto& reader : readers_) {
    if (reader.leaf == user) {
      access = reader.access;
      break;
    }
  }
  const auto& bound = *chosen_[static_cast<std::size_t>(user)];
  const bool own = memory(kept.memory).unit >= 0 && memory(kept.memory).unit == bound.unit;
  double elements = 1;
  for (const auto& index : access->indices) {
    std::int64_t span = 1;
    for (const auto& [v, coefficient] : index.terms) {
      if (v == fact_.iterative || has(kept.streamed, v)) {
        continue;
      }
      auto values = nested_.inside(v, fixed);
      if (own && bound.spreads(v)) {
        const auto spatial = nested_.tiles[static_cast<std::size_t>(v)].spatial;
        values = (values + spatial - 1) / spatial;
      }
      span += std::abs(coefficient) * (values - 1);
    }
    elements *= static_cast<double>(std::min(span, index.shape));
  }
  const auto bits =
      static_cast<std::int64_t>(elements) * static_cast<std::int64_t>(fact_.tensor->bits);
  const auto wholeBytes = (bits + 7) / 8;
  const auto bytes = static_cast<double>(wholeBytes);
  const bool inTurn = nested_.smooth && memory(kept.memory).unit < 0 && fact_.iterative < 0 &&
                      (subTiles > 1 || !changes(kept).empty());
  return bytes *
         std::max(subTiles * kept.tiles + (inTurn ? 1 : 0), static_cast<double>(lagOf(kept) + 1));
}

void Movement::addRoom(Cost& cost) const {
  for (const auto& kept : option_->keeps) {
    cost.room[static_cast<std::size_t>(kept.memory)] += kept.shares < 0 ? roomOf(kept) : 0;
  }
}

} // namespace einsight::mappings::mapper

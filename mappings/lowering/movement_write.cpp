#include "mappings/lowering/tensor_movement.hpp"

#include <algorithm>

/// What happens to a tensor that is made in the section.
namespace einsight::mappings {

/// The loops at which a finished value leaves the unit: its registers collect it until then.
std::vector<int> TensorMovement::collected() const {
  const int registers = registersOf(*maker_);
  if (registers < 0) {
    return maker_->loops;
  }
  auto loops = changes(path(keep(registers)), keep(registers).fixed);
  for (const int loop : maker_->loops) {
    if (moves(loop) && std::find(loops.begin(), loops.end(), loop) == loops.end()) {
      loops.push_back(loop);
    }
  }
  return loops;
}

/// True of all iterations but the first of the loops along which the tensor does not move: a sum
/// that starts at zero is not read before its first update.
std::vector<sim::Guard> TensorMovement::afterFirst(const std::vector<int>& loops) const {
  sim::Guard guard;
  guard.constant = -1;
  for (const int loop : loops) {
    if (!moves(loop) && draft_.loop(loop).trips > 1) {
      guard.terms.push_back({loop, 1});
    }
  }
  return {guard};
}

/// Tiles that are made between two updates of a sum: those of all loops inside the last one that
/// adds to it.
std::int64_t TensorMovement::sinceLastSum(const std::vector<int>& loops) const {
  std::int64_t tiles = 1;
  for (auto loop = loops.rbegin(); moves(*loop) || draft_.loop(*loop).trips == 1; ++loop) {
    tiles *= draft_.loop(*loop).trips;
  }
  return tiles;
}

/// Tiles that may wait for a port: two, or as many as the registers of their maker hold.
std::int64_t TensorMovement::waiting() const {
  const int registers = registersOf(*maker_);
  return std::max<std::int64_t>(2, registers < 0 ? 0 : room(registers).slots);
}

void TensorMovement::writeBuffer(const KeepPlan& kept, const std::vector<int>& loops) {
  const auto& user = *maker_->einsum;
  bufferStore_ = addBuffer(Task::Kind::Store, kept, loops, user.output, user, {});
  if (bufferStore_ >= 0) {
    need(bufferStore_, toMemory(draft_.edge(makerTask_, loops, Edge::Kind::Data)));
    need(makerTask_, space(makerTask_, bufferStore_, loops, waiting()));
  }
  const bool updates = std::any_of(loops.begin(), loops.end(), [&](int loop) {
    return !moves(loop) && draft_.loop(loop).trips > 1;
  });
  if (updates) {
    const int back = addBuffer(Task::Kind::Load, kept, loops, user.output, user, afterFirst(loops));
    if (back >= 0) { // the sum so far, once it has been put there
      auto previous = draft_.edge(bufferStore_, loops, Edge::Kind::Data);
      previous.lagLoops = loops;
      previous.lag = sinceLastSum(loops);
      need(back, previous);
      need(makerTask_, draft_.edge(back, maker_->loops, Edge::Kind::Bandwidth));
    }
  }
  spillTraffic(kept, Task::Kind::Store, loops, user.output, user, makerTask_);
}

void TensorMovement::write() {
  if (makerHome_ >= 0) {
    writeBuffer(keep(makerHome_), collected());
  }
  if (leaves()) {
    store();
  }
}

void TensorMovement::store() {
  const auto& user = *maker_->einsum;
  const bool buffered = makerHome_ >= 0;
  const auto loops = buffered ? subTiles(keep(makerHome_)) : collected();
  const auto share = buffered ? core::Rational(1) - keep(makerHome_).spill : core::Rational(1);
  auto task = transfer(Task::Kind::Store, loops, user);
  task.needs.push_back(toMemory(draft_.edge(makerTask_, loops, Edge::Kind::Data)));
  if (buffered && !draft_.convention("free_drains")) {
    countBox(task, *keep(makerHome_).memory, false, elements(user.output, loops, user));
  }
  const auto origin = Draft::origin(user, &user.output, loops);
  store_ = addDram(std::move(task), elements(user.output, loops, user), share, origin);
  const bool updates = std::any_of(loops.begin(), loops.end(), [&](int loop) {
    return !moves(loop) && draft_.loop(loop).trips > 1;
  });
  if (updates) { // a sum that no memory keeps goes to DRAM and comes back
    auto back = transfer(Task::Kind::Load, loops, user);
    const auto guard = afterFirst(loops);
    back.guards.insert(back.guards.end(), guard.begin(), guard.end());
    auto previous = draft_.edge(store_, loops, Edge::Kind::Data);
    previous.lagLoops = loops;
    previous.lag = sinceLastSum(loops);
    back.needs.push_back(previous);
    const int loaded = addDram(std::move(back), elements(user.output, loops, user), share, origin);
    need(makerTask_, draft_.edge(loaded, maker_->loops, Edge::Kind::Bandwidth));
  }
  if (!buffered) { // as many tiles may wait for the port as the registers hold, else two
    const int registers = registersOf(*maker_);
    const auto slots = registers >= 0 ? room(registers).slots : 2;
    need(makerTask_, space(makerTask_, store_, loops, slots));
  }
}

/// A maker may run ahead only as far as there is room for what it makes.
void TensorMovement::waitForSpace() {
  for (std::size_t k = 0; k < draft_.plan.keeps.size(); ++k) {
    const auto& kept = draft_.plan.keeps[k];
    if (kept.keep->tensor != tensor_.name || !draft_.plan.inside(maker_->node, kept.node) ||
        fetchedFromBuffer(draft_.plan, kept) || !kept.keep->shares.empty()) {
      continue;
    }
    const auto loops = subTiles(kept);
    const auto slots = draft_.rooms[k].slots;
    const bool inPlace = kept.memory->kind == arch::Memory::Kind::Registers;
    const auto wait = [&](int user) {
      auto edge = space(makerTask_, user, loops, slots);
      if (inPlace) { // each PE frees its own registers before the next tile reaches it
        edge.route = Edge::Route::Ended;
        edge.latency = 0;
      }
      need(makerTask_, std::move(edge));
    };
    for (const auto& reader : readers_) {
      if (draft_.plan.inside(reader.leaf->node, kept.node)) {
        wait(reader.task);
      }
    }
    if (store_ >= 0 && static_cast<int>(k) == makerHome_) {
      wait(store_);
    }
    for (std::size_t l = 0; l < draft_.plan.leaves.size(); ++l) {
      const auto& leaf = draft_.plan.leaves[l];
      for (const auto& tensor : reads(*leaf.einsum)) {
        if (sharesPlace(draft_.plan, kept, tensor) && draft_.plan.inside(leaf.node, kept.node)) {
          wait(draft_.leafTask[l]);
        }
      }
    }
  }
}

} // namespace einsight::mappings

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

void TensorMovement::writeBuffer(const KeepPlan& kept, const std::vector<int>& loops) {
  const auto& user = *maker_->einsum;
  bufferStore_ = addBuffer(Task::Kind::Store, kept, loops, user.output, user, {});
  if (bufferStore_ >= 0) { // two tiles may wait for the port
    need(bufferStore_, draft_.edge(makerTask_, loops, Edge::Kind::Data));
    need(makerTask_, space(makerTask_, bufferStore_, loops, 2));
  }
  const bool updates = std::any_of(loops.begin(), loops.end(), [&](int loop) {
    return !moves(loop) && draft_.loop(loop).trips > 1;
  });
  if (updates) {
    const int back = addBuffer(Task::Kind::Load, kept, loops, user.output, user, afterFirst(loops));
    if (back >= 0) { // the sum so far, once it has been put there
      auto previous = draft_.edge(bufferStore_, loops, Edge::Kind::Data);
      previous.lagLoops = loops;
      previous.lag = 1;
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
  task.needs.push_back(draft_.edge(makerTask_, loops, Edge::Kind::Data));
  if (buffered && !draft_.convention("free_drains")) {
    countBox(task, *keep(makerHome_).memory, false, elements(user.output, loops, user));
  }
  store_ = addDram(std::move(task), elements(user.output, loops, user), share);
  const bool updates = std::any_of(loops.begin(), loops.end(), [&](int loop) {
    return !moves(loop) && draft_.loop(loop).trips > 1;
  });
  if (updates) { // a sum that no memory keeps goes to DRAM and comes back
    auto back = transfer(Task::Kind::Load, loops, user);
    const auto guard = afterFirst(loops);
    back.guards.insert(back.guards.end(), guard.begin(), guard.end());
    auto previous = draft_.edge(store_, loops, Edge::Kind::Data);
    previous.lagLoops = loops;
    previous.lag = 1;
    back.needs.push_back(previous);
    const int loaded = addDram(std::move(back), elements(user.output, loops, user), share);
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
    const auto wait = [&](int user) { need(makerTask_, space(makerTask_, user, loops, slots)); };
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

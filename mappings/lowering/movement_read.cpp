#include "mappings/lowering/tensor_movement.hpp"

#include <algorithm>

/// How a tensor comes to those who read it.
namespace einsight::mappings {

/// Does the value go straight from the maker's unit into the reader's registers, or stay there?
bool TensorMovement::direct(const Reader& reader) const {
  if (maker_ != nullptr && reader.shift == 0 && reader.leaf->unit != maker_->unit) {
    const int own = registersOf(*maker_); // it stays where it was made, and is passed on from there
    if (own >= 0 && keep(own).keep->streamed.empty() &&
        draft_.plan.inside(reader.leaf->node, keep(own).node)) {
      return true;
    }
  }
  if (maker_ == nullptr || reader.registers < 0 ||
      !draft_.plan.inside(maker_->node, keep(reader.registers).node)) {
    return false;
  }
  if (reader.shift > 0) { // an earlier value: still there only if the registers outlive the loop
    const auto& kept = keep(reader.registers);
    const auto& loops = path(kept);
    return std::none_of(loops.begin(), loops.begin() + static_cast<std::ptrdiff_t>(kept.fixed),
                        [&](int loop) { return draft_.loop(loop).variable == *iterative(); });
  }
  return makerHome_ < 0 || maker_->unit == reader.leaf->unit;
}

/// A load through a buffer's port: after the tile came, before the reader, two tiles ahead at most.
void TensorMovement::readThroughPort(const Reader& reader, int load,
                                     const std::vector<int>& loops) {
  const auto fill = fills_.find(fillOf(reader));
  const int source = fill != fills_.end() ? fill->second : bufferStore_;
  auto edge = draft_.edge(source, loops, Edge::Kind::Data);
  for (auto& from : edge.sources) {
    if (from.at == Edge::Source::At::Same && iterative() &&
        draft_.loop(from.loop).variable == *iterative()) {
      from.shift = reader.shift;
    }
  }
  need(load, std::move(edge));
  need(reader.task, draft_.edge(load, reader.leaf->loops, Edge::Kind::Bandwidth));
  need(load, space(load, reader.task, loops, ahead(reader)));
}

/// Tiles that may be on their way to a reader: two, or as many as its registers hold.
std::int64_t TensorMovement::ahead(const Reader& reader) const {
  return std::max<std::int64_t>(2, reader.registers < 0 ? 0 : room(reader.registers).slots);
}

void TensorMovement::read(Reader& reader) {
  const auto& user = *reader.leaf->einsum;
  if (maker_ != nullptr && (direct(reader) || (reader.home >= 0 && reader.home == makerHome_))) {
    auto edge =
        whole(draft_.edge(makerTask_, reader.leaf->loops, Edge::Kind::Data), reader.leaf->loops);
    for (auto& source : edge.sources) {
      if (source.at == Edge::Source::At::Same && iterative() &&
          draft_.loop(source.loop).variable == *iterative()) {
        source.shift = reader.shift;
      }
    }
    const auto way = wayToReader(draft_, *maker_, *reader.leaf, *reader.access, direct(reader));
    edge.route = way.route;
    edge.latency = way.cycles;
    edge.operand = operand(reader);
    need(reader.task, std::move(edge));
  }
  if (direct(reader)) {
    return;
  }
  if (reader.home < 0 || (maker_ == nullptr || reader.home != makerHome_)) {
    readDram(reader, reader.home);
  }
  if (reader.home < 0) {
    return;
  }
  auto loops = reader.leaf->loops;
  if (reader.registers >= 0) { // the registers hold what the first reader fetched
    if (!registersFilled_.insert({reader.registers, reader.shift}).second) {
      return;
    }
    loops = changes(path(keep(reader.registers)), keep(reader.registers).fixed);
    for (const int loop : reader.leaf->loops) {
      if (moves(loop) && std::find(loops.begin(), loops.end(), loop) == loops.end()) {
        loops.push_back(loop);
      }
    }
  }
  std::vector<sim::Guard> later;
  if (reader.shift > 0 && !draft_.convention("counted_initial_reads")) {
    sim::Guard guard; // the initial value is a constant, not in the buffer
    guard.constant = -reader.shift;
    for (const int loop : loops) {
      if (draft_.loop(loop).variable == *iterative()) {
        guard.terms.push_back({loop, 1});
      }
    }
    later.push_back(std::move(guard));
  }
  const int load =
      addBuffer(Task::Kind::Load, keep(reader.home), loops, *reader.access, user, later);
  if (load >= 0) {
    readThroughPort(reader, load, loops);
  }
  spillTraffic(keep(reader.home), Task::Kind::Load, loops, *reader.access, user, reader.task);
}

/// Of the readers that one fill serves the one with the fewest masks: where another needs nothing
/// it may.
const Reader& TensorMovement::widestOf(const Reader& reader) const {
  const auto* widest = &reader;
  for (const auto& other : readers_) {
    const auto& masks = other.leaf->einsum->domain;
    const auto& known = widest->leaf->einsum->domain;
    const bool fewer = masks.size() < known.size() &&
                       std::all_of(masks.begin(), masks.end(), [&](const auto& mask) {
                         return std::find(known.begin(), known.end(), mask) != known.end();
                       });
    widest = fewer && fillOf(other) == fillOf(reader) ? &other : widest;
  }
  return *widest;
}

/// From DRAM into a buffer, once per tile, or past the buffers to the unit, as it works.
void TensorMovement::readDram(Reader& reader, int home) {
  std::vector<int> loops = reader.leaf->loops;
  auto slots = ahead(reader);
  if (home >= 0) {
    loops = subTiles(keep(home));
    slots = room(home).slots;
  } else if (reader.registers >= 0) {
    loops = changes(path(keep(reader.registers)), keep(reader.registers).fixed);
    for (const int loop : reader.leaf->loops) {
      if (moves(loop) && std::find(loops.begin(), loops.end(), loop) == loops.end()) {
        loops.push_back(loop);
      }
    }
  }
  auto fill = home >= 0 ? fills_.find(fillOf(reader)) : fills_.end();
  if (fill == fills_.end()) {
    const auto& widest = home >= 0 ? widestOf(reader) : reader;
    const auto& user = *widest.leaf->einsum;
    auto task = transfer(Task::Kind::Load, loops, user);
    const auto box = elements(*widest.access, loops, user);
    auto share = home >= 0 ? core::Rational(1) - keep(home).spill : core::Rational(1);
    auto filled = core::Rational(1);
    if (home >= 0 && room(home).pieces > 1) {
      filled = core::Rational(1, room(home).pieces);
      share = share * filled;
      task.loops.push_back(static_cast<int>(draft_.section.loops.size()));
      draft_.section.loops.push_back({tensor_.name + " piece", room(home).pieces, false});
    }
    if (store_ >= 0) {
      auto stored = whole(draft_.edge(store_, loops, Edge::Kind::Data), loops);
      for (auto& from : stored.sources) { // an earlier value
        from.shift =
            from.at == Edge::Source::At::Same && iterative() == draft_.loop(from.loop).variable
                ? reader.shift
                : 0;
      }
      task.needs.push_back(std::move(stored));
    }
    if (home >= 0) {
      countBox(task, *keep(home).memory, true, box, filled);
    }
    const int number =
        addDram(std::move(task), box, share, Draft::origin(user, widest.access, loops));
    fill = fills_.insert_or_assign(fillOf(reader), number).first;
  }
  const int load = fill->second;
  need(reader.task, draft_.edge(load, reader.leaf->loops, Edge::Kind::Bandwidth));
  need(load, space(load, reader.task, draft_.task(load).loops, slots));
}

/// The part of a tile that does not fit stays in DRAM: each of its accesses goes there.
void TensorMovement::spillTraffic(const KeepPlan& kept, Task::Kind kind,
                                  const std::vector<int>& loops, const einsum::Access& access,
                                  const einsum::Einsum& user, int userTask) {
  if (kept.spill == core::Rational(0)) {
    return;
  }
  auto task = transfer(kind, loops, user);
  if (kind == Task::Kind::Store) {
    task.needs.push_back(toMemory(draft_.edge(userTask, loops, Edge::Kind::Data)));
  } else if (maker_ != nullptr) {
    task.needs.push_back(toMemory(whole(draft_.edge(makerTask_, loops, Edge::Kind::Data), loops)));
  }
  const int number = addDram(std::move(task), elements(access, loops, user), kept.spill,
                             Draft::origin(user, &access, loops));
  if (kind == Task::Kind::Load) {
    const auto& own = draft_.task(userTask).loops;
    need(userTask, draft_.edge(number, own, Edge::Kind::Bandwidth));
    need(number, space(number, userTask, loops, 2));
  } else {
    need(userTask, space(userTask, number, loops, 2));
  }
}

} // namespace einsight::mappings

#include "sim/cycle/at.hpp"
#include "sim/pe/control.hpp"

#include <algorithm>

/// How a controller walks its issue program.
namespace einsight::sim::cells {

const Item& Control::item(const Walker& walker) const {
  const auto& place = walker.places.back();
  return at(at(section_.blocks, place.block).items, place.item);
}

bool Control::pinned(const Item& item, const Digits& digits) const {
  return std::all_of(item.pins.begin(), item.pins.end(), [&](const Item::Pin& pin) {
    return at(digits, pin.loop) == (pin.last ? at(section_.loops, pin.loop).trips - 1 : 0);
  });
}

void Control::nextItem(Walker& walker) const {
  auto& place = walker.places.back();
  if (++place.item == static_cast<int>(at(section_.blocks, place.block).items.size())) {
    place.item = 0;
    ++place.epoch;
  }
}

/// Moves on to the next barrier or task that has something to do.
void Control::advance(std::size_t stream, std::int64_t now) {
  auto& walker = walkers_[stream];
  while (!walker.places.empty()) {
    const auto& place = walker.places.back();
    const auto& walk = at(program_.walks, place.block);
    if (place.item == 0 && place.epoch >= walk.iterations + walk.lastStage) {
      walker.places.pop_back();
      if (!walker.places.empty()) {
        nextItem(walker);
      }
      continue;
    }
    if (place.item == 0 && passIdle(stream, now)) {
      if (walker.arrived) {
        return;
      }
      continue;
    }
    const auto& here = item(walker);
    if (here.kind == Item::Kind::Barrier) {
      walker.arrived = false;
      return;
    }
    const auto iteration = place.epoch - here.stage;
    if (iteration < 0 || iteration >= walk.iterations) {
      nextItem(walker);
      continue;
    }
    decode(section_, at(section_.blocks, place.block).loops, iteration, walker.digits);
    if (!pinned(here, walker.digits)) {
      nextItem(walker);
    } else if (here.kind == Item::Kind::Block) {
      walker.places.push_back({here.index, 0, 0});
    } else if (runs(section_, at(section_.tasks, here.index), walker.digits)) {
      walker.ready = false;
      return;
    } else {
      skip(here.index, now);
      nextItem(walker);
    }
  }
}

/// Passes epochs without work at once, as `cycle` does: it has arrived at their barriers together,
/// and waits at the last one, if any.
bool Control::passIdle(std::size_t stream, std::int64_t now) {
  auto& walker = walkers_[stream];
  auto& place = walker.places.back();
  const auto epochs =
      idleEpochs(program_, {place.block, place.epoch, place.item, 0}, walker.digits);
  if (epochs < 2) {
    return false;
  }
  const auto& block = at(section_.blocks, place.block);
  const auto iterations = at(program_.walks, place.block).iterations;
  int lastBarrier = -1;
  for (std::size_t i = 0; i < block.items.size(); ++i) {
    const auto& here = block.items[i];
    const auto first = place.epoch - here.stage;
    if (here.kind == Item::Kind::Barrier) {
      arrive(stream, here.index, epochs);
      lastBarrier = static_cast<int>(i);
      continue;
    }
    const auto last = std::min(first + epochs, iterations); // its last one may come before
    for (auto n = first; first >= 0 && n < last; ++n) {
      decode(section_, block.loops, n, walker.digits);
      if (!pinned(here, walker.digits)) {
        break;
      }
      skip(here.index, now);
    }
  }
  walker.arrived = lastBarrier >= 0;
  if (lastBarrier >= 0) {
    place.epoch += epochs - 1;
    place.item = lastBarrier;
  } else {
    place.epoch += epochs;
  }
  return true;
}

/// An instance with nothing to do ends at once; that it did travels like any other.
void Control::skip(int task, std::int64_t now) {
  if (at(parts_.jobs, task)) {
    send(task, {}, true);
  }
  tell(task, Edge::Route::Ended, 1, now);
}

} // namespace einsight::sim::cells

#include "sim/cycle/at.hpp"
#include "sim/cycle/simulation.hpp"

#include <algorithm>

/// How a stream moves through its issue program.
namespace einsight::sim {
namespace {

/// Dispatched iterations that a slot remembers before it looks which it may forget.
constexpr std::size_t kTicketsKept = 256;

} // namespace

/// May there be an iteration for the frame's epoch? A dispatched one that its slot has not taken
/// yet is asked for, and given at the end of the moment.
bool Simulation::hasIteration(std::size_t stream, const Frame& frame) {
  auto& walker = walkers_[stream];
  const auto& node = at(walker.route.nodes, frame.node);
  if (!node.dispatched) {
    return frame.epoch < node.epochs;
  }
  const int slot = section_.streams[stream].slot;
  const auto& tickets = at(state_.slots, slot);
  if (frame.epoch >= tickets.count()) {
    walker.asks = state_.nextTicket < node.iterations;
    if (walker.asks) {
      asking_.push_back(stream);
    }
    return walker.asks;
  }
  placeActual(walker, tickets.at(frame.epoch), node);
  return true;
}

/// Slots that ask are given iterations in the order of their numbers, so it does not matter which
/// of them asked first within a moment. True when there were any.
bool Simulation::giveTickets() {
  const bool any = !asking_.empty();
  while (!asking_.empty()) {
    std::vector<std::size_t> round;
    round.swap(asking_);
    std::sort(round.begin(), round.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(section_.streams[a].slot, a) < std::pair(section_.streams[b].slot, b);
    });
    for (const auto stream : round) {
      const int slot = section_.streams[stream].slot;
      const auto& frame = state_.cursors[stream].frames.back();
      auto& tickets = at(state_.slots, slot);
      if (frame.epoch >= tickets.count() &&
          state_.nextTicket < at(program_.walks, frame.block).iterations) {
        tickets.taken.push_back(state_.nextTicket++);
        if (tickets.taken.size() % kTicketsKept == 0) {
          forgetTickets(slot);
        }
      }
      advance(stream);
      given_.push_back(stream);
    }
  }
  return any;
}

/// The counters over all slots of the iteration with that number.
void Simulation::placeActual(Walker& walker, std::int64_t ticket, const Route::Node& node) const {
  for (std::size_t i = node.trips.size(); i-- > 0;) {
    walker.counters[node.actual[i]] = ticket % node.trips[i];
    ticket /= node.trips[i];
  }
}

/// Drops the tickets that every stream of the slot has done with.
void Simulation::forgetTickets(int slot) {
  auto& tickets = at(state_.slots, slot);
  auto oldest = tickets.count();
  for (std::size_t s = 0; s < walkers_.size(); ++s) {
    if (section_.streams[s].slot != slot) {
      continue;
    }
    for (const auto& frame : state_.cursors[s].frames) {
      if (at(walkers_[s].route.nodes, frame.node).dispatched) {
        oldest = std::min(oldest, frame.epoch);
      }
    }
  }
  const auto done = std::max<std::int64_t>(0, oldest - tickets.first);
  tickets.taken.erase(tickets.taken.begin(), tickets.taken.begin() + done);
  tickets.first += done;
}

void Simulation::nextEpoch(std::size_t stream) {
  const auto& cursor = state_.cursors[stream];
  if (stream == periods_.leader() && skips()) {
    periods_.crossed(cursor.frames.back(), cursor.frames.size() - 1);
  }
}

void Simulation::nextItem(std::size_t stream) {
  auto& frame = state_.cursors[stream].frames.back();
  auto& walker = walkers_[stream];
  const auto& node = at(walker.route.nodes, frame.node);
  if (++frame.item == static_cast<int>(node.steps.size())) {
    frame.item = 0;
    Route::next(node, ++frame.epoch, walker.counters);
    nextEpoch(stream);
  }
}

/// Passes epochs without work at once. True when it now stands at the last barrier of them: it has
/// arrived at all before, so the others meet them as if it had waited at each.
bool Simulation::passIdle(std::size_t stream) {
  auto& cursor = state_.cursors[stream];
  auto& frame = cursor.frames.back();
  auto& walker = walkers_[stream];
  if (!walker.route.mayIdle(frame, walker.counters)) {
    return false;
  }
  locateActual(program_, state_, stream, scratch_);
  const auto epochs = idleEpochs(program_, frame, scratch_);
  if (epochs < 2) {
    return false;
  }
  const auto& node = at(walker.route.nodes, frame.node);
  int lastBarrier = -1;
  for (std::size_t i = 0; i < node.steps.size(); ++i) {
    const auto& step = node.steps[i];
    const auto iteration = frame.epoch - step.stage;
    if (step.kind == Item::Kind::Barrier) {
      arrive(stream, step.index, epochs);
      lastBarrier = static_cast<int>(i);
    } else if (iteration >= 0 && iteration < node.iterations && step.pinned(walker.counters)) {
      ended(step, stream, std::min(epochs, node.iterations - iteration));
    }
  }
  cursor.arrived = lastBarrier >= 0;
  frame.epoch += lastBarrier >= 0 ? epochs - 1 : epochs;
  walker.route.place(frame, walker.counters);
  if (lastBarrier >= 0) {
    frame.item = lastBarrier;
    walker.barrier = node.steps[static_cast<std::size_t>(lastBarrier)].index;
    return true;
  }
  nextEpoch(stream);
  advance(stream);
  return true;
}

/// Moves the cursor on to the next barrier or task instance that takes part; empty instances end at
/// once.
void Simulation::advance(std::size_t stream) {
  auto& cursor = state_.cursors[stream];
  auto& walker = walkers_[stream];
  walker.need = 0;
  walker.required = -1;
  walker.waitsAt = -1;
  walker.barrier = -1;
  walker.asks = false;
  while (!cursor.frames.empty()) {
    const auto& frame = cursor.frames.back();
    if (frame.item == 0) {
      if (!hasIteration(stream, frame)) {
        cursor.frames.pop_back();
        if (!cursor.frames.empty()) {
          nextItem(stream);
        }
        continue;
      }
      if (walker.asks || passIdle(stream)) {
        return;
      }
    }
    const auto& node = at(walker.route.nodes, frame.node);
    const auto& step = at(node.steps, frame.item);
    walker.step = &step;
    if (step.kind == Item::Kind::Barrier) {
      cursor.arrived = false;
      walker.barrier = step.index;
      return;
    }
    const auto iteration = frame.epoch - step.stage;
    if (iteration < 0 || iteration >= node.iterations || !step.pinned(walker.counters)) {
      nextItem(stream);
    } else if (step.kind == Item::Kind::Block) {
      const auto& inside = at(walker.route.nodes, step.node);
      cursor.frames.push_back({inside.block, 0, 0, step.node});
      walker.route.place(cursor.frames.back(), walker.counters);
    } else if (step.work.runs(walker.counters)) {
      cursor.ready = false;
      return;
    } else {
      ended(step, stream, 1);
      nextItem(stream);
    }
  }
}

} // namespace einsight::sim

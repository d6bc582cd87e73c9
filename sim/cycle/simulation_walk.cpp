#include "sim/cycle/at.hpp"
#include "sim/cycle/simulation.hpp"

#include <algorithm>

/// How a stream moves through its issue program.
namespace einsight::sim {

const Item& Simulation::item(const Cursor& cursor) const {
  const auto& frame = cursor.frames.back();
  return at(at(section_.blocks, frame.block).items, frame.item);
}

/// Is there an iteration for the frame's epoch? Slots are given dispatched ones as they ask.
bool Simulation::takeTicket(std::size_t stream, const Frame& frame) {
  const auto& walk = at(program_.walks, frame.block);
  if (!walk.dispatched) {
    return frame.epoch < walk.iterations + walk.lastStage;
  }
  auto& taken = at(slots_, section_.streams[stream].slot).taken;
  if (frame.epoch < static_cast<std::int64_t>(taken.size())) {
    return true;
  }
  auto& next = at(nextTicket_, at(section_.blocks, frame.block).loops.front());
  if (next >= walk.iterations) {
    return false;
  }
  taken.push_back(next++);
  return true;
}

void Simulation::nextItem(std::size_t stream) {
  auto& cursor = state_.cursors[stream];
  auto& frame = cursor.frames.back();
  ++frame.item;
  if (frame.item == static_cast<int>(at(section_.blocks, frame.block).items.size())) {
    frame.item = 0;
    ++frame.epoch;
    if (stream == periods_.leader() && options_.skip) {
      periods_.crossed(frame, cursor.frames.size() - 1);
    }
  }
}

/// Passes epochs without work at once. True when it now stands at the last barrier of them: it has
/// arrived at all before, so the others meet them as if it had waited at each.
bool Simulation::passIdle(std::size_t stream) {
  auto& cursor = state_.cursors[stream];
  auto& frame = cursor.frames.back();
  const auto epochs = idleEpochs(program_, frame, digits_[stream]);
  if (epochs < 2) {
    return false;
  }
  const auto& block = at(section_.blocks, frame.block);
  const auto& walk = at(program_.walks, frame.block);
  int lastBarrier = -1;
  for (std::size_t i = 0; i < block.items.size(); ++i) {
    const auto& item = block.items[i];
    const auto iteration = frame.epoch - item.stage;
    if (item.kind == Item::Kind::Barrier) {
      arrive(stream, item.index, epochs);
      lastBarrier = static_cast<int>(i);
    } else if (iteration >= 0 && iteration < walk.iterations) {
      decode(section_, block.loops, iteration, digits_[stream]);
      const bool takesPart =
          std::all_of(item.pins.begin(), item.pins.end(), [&](const Item::Pin& pin) {
            return at(digits_[stream], pin.loop) ==
                   (pin.last ? at(section_.loops, pin.loop).trips - 1 : 0);
          });
      if (takesPart) {
        ended(item.index, state_.statistics.streamPaths[stream], epochs);
      }
    }
  }
  cursor.arrived = lastBarrier >= 0;
  if (lastBarrier >= 0) {
    frame.epoch += epochs - 1;
    frame.item = lastBarrier;
    return true;
  }
  frame.epoch += epochs;
  if (stream == periods_.leader() && options_.skip) {
    periods_.crossed(frame, cursor.frames.size() - 1);
  }
  advance(stream);
  return true;
}

/// Moves the cursor on to the next barrier or task instance that takes part; empty instances end at
/// once.
void Simulation::advance(std::size_t stream) {
  auto& cursor = state_.cursors[stream];
  auto& digits = digits_[stream];
  while (!cursor.frames.empty()) {
    if (cursor.frames.back().item == 0 && !takeTicket(stream, cursor.frames.back())) {
      cursor.frames.pop_back();
      if (!cursor.frames.empty()) {
        nextItem(stream);
      }
      continue;
    }
    if (cursor.frames.back().item == 0 && passIdle(stream)) {
      return;
    }
    const auto& frame = cursor.frames.back();
    const auto& here = item(cursor);
    const auto& walk = at(program_.walks, frame.block);
    const auto iteration = frame.epoch - here.stage;
    if (here.kind == Item::Kind::Barrier) {
      cursor.arrived = false;
      return;
    }
    if (iteration < 0 || iteration >= walk.iterations) {
      nextItem(stream);
      continue;
    }
    decode(section_, at(section_.blocks, frame.block).loops, iteration, digits);
    const bool pinned = std::all_of(here.pins.begin(), here.pins.end(), [&](const Item::Pin& pin) {
      return at(digits, pin.loop) == (pin.last ? at(section_.loops, pin.loop).trips - 1 : 0);
    });
    if (!pinned) {
      nextItem(stream);
    } else if (here.kind == Item::Kind::Block) {
      cursor.frames.push_back({here.index, 0, 0});
    } else if (runs(section_, at(section_.tasks, here.index), whereabouts(stream))) {
      cursor.ready = false;
      return;
    } else {
      ended(here.index, state_.statistics.streamPaths[stream], 1);
      nextItem(stream);
    }
  }
}

const Digits& Simulation::whereabouts(std::size_t stream) {
  const int slot = section_.streams[stream].slot;
  if (slot < 0) {
    return digits_[stream];
  }
  actual_ = digits_[stream];
  for (std::size_t loop = 0; loop < section_.loops.size(); ++loop) {
    if (section_.loops[loop].dispatched) {
      actual_[loop] = at(slots_, slot).taken[static_cast<std::size_t>(digits_[stream][loop])];
    }
  }
  return actual_;
}

std::int64_t Simulation::ticks(const Task& task, const Digits& digits) const {
  const auto whole = value(section_, task.ticks, digits);
  const auto& speedup = at(schedule_.resources, task.resource).speedup;
  return (whole * speedup.denominator() + speedup.numerator() - 1) / speedup.numerator();
}

} // namespace einsight::sim

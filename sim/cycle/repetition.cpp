#include "sim/cycle/repetition.hpp"

#include <algorithm>

namespace einsight::sim {
namespace {

std::vector<Delayed> relative(std::vector<Delayed> list, std::int64_t now) {
  for (auto& what : list) {
    what.time -= now;
  }
  std::sort(list.begin(), list.end());
  return list;
}

template <class T>
void extrapolate(std::vector<T>& now, const std::vector<T>& before, const std::vector<T>& after,
                 std::int64_t times) {
  for (std::size_t i = 0; i < now.size(); ++i) {
    now[i] += (after[i] - before[i]) * times;
  }
}

} // namespace

std::size_t positionOf(const std::vector<int>& loops, int loop) {
  return static_cast<std::size_t>(std::find(loops.begin(), loops.end(), loop) - loops.begin());
}

Repetition::Motion Repetition::motion(std::size_t stream) const {
  const auto& before = before_.cursors[stream];
  const auto& after = after_.cursors[stream];
  Motion motion;
  if (before.frames.size() != after.frames.size() || before.arrived != after.arrived ||
      before.ready != after.ready || before.remaining != after.remaining ||
      (after.ready && timeBefore_ - before.readySince != timeAfter_ - after.readySince)) {
    return motion;
  }
  for (std::size_t i = 0; i < after.frames.size(); ++i) {
    const auto& was = before.frames[i];
    const auto& is = after.frames[i];
    if (was.block != is.block || was.item != is.item) {
      return motion;
    }
    if (was.epoch == is.epoch) {
      continue;
    }
    if (motion.frame >= 0 || is.epoch < was.epoch) {
      return motion;
    }
    const auto& walk = program_.walks[static_cast<std::size_t>(is.block)];
    const auto& loops = program_.section.blocks[static_cast<std::size_t>(is.block)].loops;
    const auto& strides = walk.strides;
    const auto moved = is.epoch - was.epoch;
    if (walk.dispatched) {
      motion.frame = static_cast<int>(i);
      motion.dispatched = true;
      motion.stride = 1;
      motion.step = moved;
      continue;
    }
    std::size_t position = 0; // the outermost loop that can have made the move alone
    while (position < loops.size() &&
           (trips(loops[position]) == 1 || moved % strides[position] != 0)) {
      ++position;
    }
    if (position == loops.size()) {
      return motion;
    }
    motion.frame = static_cast<int>(i);
    motion.loop = loops[position];
    motion.stride = strides[position];
    motion.step = moved / motion.stride;
  }
  motion.equal = true;
  return motion;
}

bool Repetition::sameServers() const {
  for (std::size_t r = 0; r < after_.servers.size(); ++r) {
    const auto& was = before_.servers[r];
    const auto& is = after_.servers[r];
    const bool same =
        is.running >= 0 ? is.finish - timeAfter_ == was.finish - timeBefore_ : is.wait == was.wait;
    if (was.running != is.running || !same) {
      return false;
    }
  }
  return relative(before_.delayed, timeBefore_) == relative(after_.delayed, timeAfter_);
}

Repetition::Window Repetition::window(std::size_t stream, const Motion& motion) const {
  const auto& section = program_.section;
  const auto& before = before_.cursors[stream];
  const auto& after = after_.cursors[stream];
  const auto at = static_cast<std::size_t>(motion.frame);
  const auto& frame = after.frames[at];
  const auto& walk = program_.walks[static_cast<std::size_t>(frame.block)];
  const auto& loops = section.blocks[static_cast<std::size_t>(frame.block)].loops;
  Window window;
  window.loop = motion.loop;
  window.step = motion.step;
  window.low = before.frames[at].epoch - walk.lastStage;
  window.high = frame.epoch;
  if (window.low < 0 || window.high >= walk.iterations) {
    window.low = -1;
    return window;
  }
  window.lowTrip = window.low / motion.stride % trips(motion.loop);
  window.highTrip = window.high / motion.stride % trips(motion.loop);
  window.lowDigits.assign(section.loops.size(), 0);
  window.highDigits.clear();
  for (const auto& loop : section.loops) {
    window.highDigits.push_back(loop.trips - 1);
  }
  const auto outside = std::vector<Frame>(after.frames.begin(),
                                          after.frames.begin() + static_cast<std::ptrdiff_t>(at));
  for (auto* digits : {&window.lowDigits, &window.highDigits}) {
    locate(program_, {outside, false, false, 0, 0}, *digits);
  }
  const auto inside = motion.stride - 1;
  const auto first = window.low - window.low % motion.stride;
  decode(section, loops, first, window.lowDigits);
  window.lowActual = window.lowDigits;
  if (at > 0 && program_.walks[static_cast<std::size_t>(after.frames.front().block)].dispatched) {
    const auto& root = after.frames.front();
    const auto slot = static_cast<std::size_t>(section.streams[stream].slot);
    decode(section, section.blocks[static_cast<std::size_t>(root.block)].loops,
           after_.slots[slot].at(root.epoch), window.lowActual);
  }
  decode(section, loops, window.high - window.high % motion.stride + inside, window.highDigits);
  return window;
}

/// Have the barriers been passed as often as the stream arrived there?
bool Repetition::sameBarriers(std::size_t stream, const std::vector<int>& barriers) const {
  return std::all_of(barriers.begin(), barriers.end(), [&](int barrier) {
    const auto b = static_cast<std::size_t>(barrier);
    const auto own = b * after_.cursors.size() + stream;
    return after_.releases[b] - before_.releases[b] == after_.arrivals[own] - before_.arrivals[own];
  });
}

std::int64_t Repetition::timesFor(std::size_t stream, const Motion& motion) const {
  const auto& after = after_.cursors[stream];
  const auto window = this->window(stream, motion);
  const auto span = motion.stride * trips(motion.loop);
  if (window.low < 0 || window.low / span != window.high / span) {
    return 0;
  }
  auto times = (trips(motion.loop) - 1 - window.highTrip) / motion.step;
  const auto& walk = program_.walks[static_cast<std::size_t>(
      after.frames[static_cast<std::size_t>(motion.frame)].block)];
  if (!sameBarriers(stream, walk.barriers)) {
    return 0;
  }
  for (const int task : walk.tasks) {
    times = std::min(times, timesFor(task, window));
  }
  return times;
}

std::int64_t Repetition::timesFor(int index, const Window& window) const {
  const auto& task = program_.section.tasks[static_cast<std::size_t>(index)];
  const auto position = positionOf(task.loops, window.loop);
  auto times = kAlways;
  for (const auto& pin : program_.pinsOfTask[static_cast<std::size_t>(index)]) {
    const auto at = static_cast<std::size_t>(pin.loop);
    const auto wanted = pin.last ? program_.section.loops[at].trips - 1 : 0;
    if (pin.loop != window.loop && window.lowDigits[at] == window.highDigits[at] &&
        window.lowDigits[at] != wanted) {
      return kAlways; // does not run here
    }
  }
  if (position == task.loops.size()) { // runs at one trip of the loop: not while it repeats
    for (const auto& pin : program_.pinsOfTask[static_cast<std::size_t>(index)]) {
      if (pin.loop != window.loop) {
        continue;
      }
      if (!pin.last) {
        return window.lowTrip > 0 ? kAlways : 0;
      }
      const auto last = trips(window.loop) - 1;
      return window.highTrip < last ? (last - 1 - window.highTrip) / window.step : 0;
    }
    return 0;
  }
  const auto until = constantUntil(program_.section, task, position, window.lowActual);
  if (until < window.highTrip) {
    return 0;
  }
  times = (until - window.highTrip) / window.step;
  for (const auto& need : program_.needs[static_cast<std::size_t>(index)]) {
    times = std::min(times, timesFor(need, window));
  }
  return times;
}

std::int64_t Repetition::times() const {
  if (!sameServers() || !sameTickets()) {
    return 0;
  }
  auto times = kAlways;
  for (std::size_t s = 0; s < after_.cursors.size() && times > 0; ++s) {
    const auto motion = this->motion(s);
    if (!motion.equal) {
      return 0;
    }
    times = std::min(times, motion.frame < 0    ? timesStanding(s)
                            : motion.dispatched ? timesDispatched(s, motion)
                                                : timesFor(s, motion));
  }
  return times == kAlways ? 0 : times;
}

void Repetition::apply(std::int64_t times, std::size_t level, State& state) const {
  for (std::size_t s = 0; s < state.cursors.size(); ++s) {
    const auto motion = this->motion(s);
    if (motion.frame >= 0) {
      state.cursors[s].frames[static_cast<std::size_t>(motion.frame)].epoch +=
          times * motion.step * motion.stride;
    }
  }
  extrapolate(state.ports, before_.ports, after_.ports, times);
  extrapolate(state.ends, before_.ends, after_.ends, times);
  extrapolate(state.arrivals, before_.arrivals, after_.arrivals, times);
  extrapolate(state.completed, before_.completed, after_.completed, times);
  extrapolate(state.releases, before_.releases, after_.releases, times);
  for (std::size_t s = 0; s < state.slots.size(); ++s) {
    auto& slot = state.slots[s];
    const auto own = after_.slots[s].count() - before_.slots[s].count();
    slot.first += times * own;
    for (auto& ticket : slot.taken) {
      ticket += own > 0 ? times * taken() : 0;
    }
  }
  state.nextTicket += times * taken();
  auto& now = state.statistics;
  const auto& before = before_.statistics;
  const auto& after = after_.statistics;
  extrapolate(now.einsumBusy, before.einsumBusy, after.einsumBusy, times);
  for (std::size_t r = 0; r < now.resources.size(); ++r) {
    now.resources[r].busy += (after.resources[r].busy - before.resources[r].busy) * times;
    for (std::size_t w = 0; w < kWaits; ++w) {
      now.resources[r].waits[w] +=
          (after.resources[r].waits[w] - before.resources[r].waits[w]) * times;
    }
  }
  now.paths.repeat(before.paths, level, times);
}

} // namespace einsight::sim

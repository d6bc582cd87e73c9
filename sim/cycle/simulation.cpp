#include "sim/cycle/simulation.hpp"

#include "core/invariant.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace einsight::sim {
namespace {

constexpr std::int64_t kInstancesBetweenReports = 1 << 14;

/// The stream that goes through the most iterations: its loops are where periods are looked for.
std::size_t leaderOf(const Program& program) {
  std::size_t leader = 0;
  std::int64_t most = -1;
  const auto& streams = program.section.streams;
  for (std::size_t s = 0; s < streams.size(); ++s) {
    std::int64_t work = 0;
    for (const int task : program.walks[static_cast<std::size_t>(streams[s].root)].tasks) {
      work += iterations(program.section,
                         program.section.tasks[static_cast<std::size_t>(task)].loops);
    }
    if (work > most) {
      most = work;
      leader = s;
    }
  }
  return leader;
}

Wide sum(const Path& path) { return std::accumulate(path.begin(), path.end(), Wide{0}); }

template <class T>
auto& at(std::vector<T>& list, int index) {
  return list[static_cast<std::size_t>(index)];
}
template <class T>
const auto& at(const std::vector<T>& list, int index) {
  return list[static_cast<std::size_t>(index)];
}

} // namespace

Simulation::Simulation(const Schedule& schedule, const Section& section,
                       const CycleOptions& options)
    : schedule_(schedule), section_(section), options_(options), program_(section),
      periods_(program_, leaderOf(program_)), streamsOf_(schedule.resources.size()),
      nextTicket_(section.loops.size(), 0) {
  const auto streams = section.streams.size();
  const Path nothing(schedule.einsums.size() + 2, 0);
  state_.cursors.resize(streams);
  state_.servers.resize(schedule.resources.size());
  state_.ports.resize(program_.ports.size());
  state_.arrivals.resize(section.barriers.size() * section.streams.size());
  state_.releases.resize(section.barriers.size());
  state_.completed.resize(section.barriers.size());
  state_.statistics = {std::vector<Totals::Use>(schedule.resources.size()),
                       std::vector<Wide>(schedule.einsums.size()),
                       std::vector<Path>(streams, nothing),
                       std::vector<Path>(streams, nothing),
                       std::vector<Path>(program_.ports.size(), nothing),
                       std::vector<Path>(section.barriers.size(), nothing)};
  digits_.assign(streams, Digits(section.loops.size(), 0));
  actual_.assign(section.loops.size(), 0);
  waitsFor_.assign(streams, Wait::Idle);
  lastUnmet_.assign(streams, -1);
  int slots = 0;
  for (std::size_t s = 0; s < streams; ++s) {
    at(streamsOf_, section.streams[s].resource).push_back(s);
    state_.cursors[s].frames = {{section.streams[s].root, 0, 0}};
    slots = std::max(slots, section.streams[s].slot + 1);
  }
  slots_.resize(static_cast<std::size_t>(slots));
}

bool Simulation::run() {
  for (std::size_t s = 0; s < section_.streams.size(); ++s) {
    advance(s);
  }
  kernel::run(*this, static_cast<int>(schedule_.resources.size()));
  return !stopped_;
}

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
      actual_[loop] =
          at(slots_, slot).taken[static_cast<std::size_t>(digits_[stream][loop])];
    }
  }
  return actual_;
}

std::int64_t Simulation::ticks(const Task& task, const Digits& digits) const {
  const auto whole = value(section_, task.ticks, digits);
  const auto& speedup = at(schedule_.resources, task.resource).speedup;
  return (whole * speedup.denominator() + speedup.numerator() - 1) / speedup.numerator();
}

/// Does the cursor's task or barrier have what it waits for? Remembers why not.
void Simulation::checkReady(std::size_t stream, std::int64_t now) {
  auto& cursor = state_.cursors[stream];
  while (!cursor.frames.empty() && !cursor.ready) {
    const auto& here = item(cursor);
    if (here.kind == Item::Kind::Task) {
      for (const auto& [edge, port] : at(program_.needs, here.index)) {
        if (at(state_.ports, port) < needed(section_, *edge, digits_[stream])) {
          waitsFor_[stream] = edge->kind == Edge::Kind::Data    ? Wait::Data
                              : edge->kind == Edge::Kind::Space ? Wait::Space
                                                                : Wait::Bandwidth;
          lastUnmet_[stream] = port;
          return;
        }
      }
      cursor.ready = true;
      cursor.readySince = now;
      return;
    }
    if (!cursor.arrived) {
      arrive(stream, here.index, 1);
    }
    if (at(state_.releases, here.index) <= cursor.frames.back().epoch) {
      waitsFor_[stream] = Wait::Sync;
      return;
    }
    auto& own = state_.statistics.streamPaths[stream];
    const auto& released = at(state_.statistics.barrierPaths, here.index);
    if (sum(released) > sum(own)) {
      own = released;
    }
    cursor.arrived = false;
    nextItem(stream);
    advance(stream);
  }
  waitsFor_[stream] = cursor.frames.empty() ? Wait::Idle : waitsFor_[stream];
}

void Simulation::arrive(std::size_t stream, int barrier, std::int64_t epochs) {
  state_.cursors[stream].arrived = true;
  const auto at0 = static_cast<std::size_t>(barrier) * section_.streams.size() + stream;
  state_.arrivals[at0] += epochs;
  pending_.push_back({0, true, barrier, epochs});
  auto& path = at(state_.statistics.barrierPaths, barrier);
  const auto& own = state_.statistics.streamPaths[stream];
  if (sum(own) >= sum(path)) {
    path = own;
  }
}

void Simulation::start(std::size_t stream, std::int64_t now) {
  auto& cursor = state_.cursors[stream];
  const auto index = item(cursor).index;
  const auto& task = at(section_.tasks, index);
  const auto duration = ticks(task, whereabouts(stream));
  auto& path = state_.statistics.nextPaths[stream];
  path = state_.statistics.streamPaths[stream];
  const int cause = lastUnmet_[stream];
  if (cause >= 0 && sum(at(state_.statistics.portPaths, cause)) > sum(path)) {
    path = at(state_.statistics.portPaths, cause);
  }
  path.back() += std::max<Wide>(0, now + skipped_ - sum(path));
  path[task.einsum >= 0 ? static_cast<std::size_t>(task.einsum) : schedule_.einsums.size()] +=
      duration;
  lastUnmet_[stream] = -1;
  at(state_.statistics.resources, task.resource).busy += duration;
  if (task.einsum >= 0) {
    at(state_.statistics.einsumBusy, task.einsum) += duration;
  }
  cursor.remaining = duration;
  if (++instances_ % kInstancesBetweenReports == 0 && options_.progress) {
    const auto& leader = state_.cursors[periods_.leader()];
    const auto& walk = at(program_.walks, section_.streams[periods_.leader()].root);
    const double done = leader.frames.empty() ? 1.0
                                              : static_cast<double>(leader.frames.front().epoch) /
                                                    static_cast<double>(walk.iterations);
    if (!options_.progress(done)) {
      stopped_ = true;
      kernel::stop();
    }
  }
}

/// Gives a turn of its unit or port to a task that has started.
void Simulation::serve(std::size_t stream, std::int64_t now) {
  auto& cursor = state_.cursors[stream];
  const int resource = section_.streams[stream].resource;
  auto& server = at(state_.servers, resource);
  const auto quantum = at(schedule_.resources, resource).quantum;
  const auto turn = quantum > 0 ? std::min(quantum, cursor.remaining) : cursor.remaining;
  cursor.remaining -= turn;
  standStill(resource, Wait::Idle, now);
  server.running = static_cast<int>(stream);
  server.finish = now + turn;
  turn == 0 ? kernel::wakeNow(resource) : kernel::wakeAfter(resource, turn);
}

void Simulation::ended(int task, const Path& path, std::int64_t count) {
  for (const int port : at(program_.portsOfTask, task)) {
    at(state_.statistics.portPaths, port) = path;
    pending_.push_back({at(program_.ports, port).latency, false, port, count});
  }
}

/// Ends the service in progress: the task's end, or only a turn of it.
void Simulation::endTurn(int resource, std::int64_t now) {
  auto& server = at(state_.servers, resource);
  const auto stream = static_cast<std::size_t>(server.running);
  if (state_.cursors[stream].remaining > 0) { // behind those that wait
    server.running = -1;
    server.waitSince = now;
    state_.cursors[stream].readySince = now;
    return;
  }
  const auto& path = state_.statistics.nextPaths[stream];
  state_.statistics.streamPaths[stream] = path;
  ended(item(state_.cursors[stream]).index, path, 1);
  server.running = -1;
  server.waitSince = now;
  state_.cursors[stream].ready = false;
  nextItem(stream);
  advance(stream);
}

void Simulation::standStill(int resource, Wait why, std::int64_t now) {
  auto& server = at(state_.servers, resource);
  at(state_.statistics.resources, resource).waits[static_cast<std::size_t>(server.wait)] +=
      now - server.waitSince;
  server.wait = why;
  server.waitSince = now;
}

void Simulation::step(int resource, std::int64_t now) {
  now_ = now;
  if (resource == kernel::kDelayLine) {
    while (!state_.delayed.empty() && state_.delayed.front().time == now) {
      std::pop_heap(state_.delayed.begin(), state_.delayed.end(), std::greater<>());
      pending_.push_back(state_.delayed.back());
      pending_.back().time = -1; // due: a release, not an arrival
      state_.delayed.pop_back();
    }
    return;
  }
  auto& server = at(state_.servers, resource);
  const auto& streams = at(streamsOf_, resource);
  if (server.running >= 0 && server.finish == now) {
    endTurn(resource, now);
  }
  if (server.running >= 0) {
    for (const auto stream : streams) {
      checkReady(stream, now); // requests queue up in the order in which they become ready
    }
    return;
  }
  std::size_t chosen = section_.streams.size();
  Wait why = Wait::Idle;
  for (const auto stream : streams) {
    checkReady(stream, now);
    const auto& cursor = state_.cursors[stream];
    if (cursor.ready && (chosen == section_.streams.size() ||
                         cursor.readySince < state_.cursors[chosen].readySince)) {
      chosen = stream;
    } else if (!cursor.frames.empty() && why == Wait::Idle) {
      why = waitsFor_[stream];
    }
  }
  if (chosen != section_.streams.size()) {
    if (state_.cursors[chosen].remaining == 0) {
      start(chosen, now);
    }
    serve(chosen, now);
  } else {
    standStill(resource, why, now);
  }
}

/// Makes an end or a barrier's release visible. True when a resource was woken by it.
bool Simulation::release(const Delayed& what) {
  bool woken = false;
  const auto wake = [&](const std::vector<int>& resources) {
    for (const int resource : resources) {
      if (resource >= 0 && (at(state_.servers, resource).running < 0 ||
                            at(streamsOf_, resource).size() > 1)) {
        kernel::wakeNow(resource);
        woken = true;
      }
    }
  };
  if (what.barrier) {
    at(state_.releases, what.index) += what.count;
    wake(at(program_.barrierWaiters, what.index));
  } else {
    at(state_.ports, what.index) += what.count;
    wake(at(program_.ports, what.index).waiters);
  }
  return woken;
}

/// Epochs of a barrier in which everyone has arrived and that were not counted before.
std::int64_t Simulation::complete(int barrier) {
  auto everyone = std::numeric_limits<std::int64_t>::max();
  for (const int stream : at(program_.participants, barrier)) {
    everyone = std::min(everyone,
                        state_.arrivals[static_cast<std::size_t>(barrier) *
                                            section_.streams.size() +
                                        static_cast<std::size_t>(stream)]);
  }
  auto& known = at(state_.completed, barrier);
  const auto fresh = everyone - known;
  known = everyone;
  return fresh;
}

void Simulation::settle(std::int64_t now) {
  std::vector<Delayed> visible;
  visible.swap(pending_);
  const auto later = [&](std::int64_t latency, const Delayed& what) {
    state_.delayed.push_back({now + latency, what.barrier, what.index, what.count});
    std::push_heap(state_.delayed.begin(), state_.delayed.end(), std::greater<>());
    kernel::wakeAfter(kernel::kDelayLine, state_.delayed.front().time - now);
  };
  bool quiet = true;
  for (auto& what : visible) {
    if (what.barrier && what.time >= 0) {
      what.count = complete(what.index);
      if (what.count == 0) {
        continue;
      }
      if (const auto latency = at(section_.barriers, what.index).latency; latency > 0) {
        later(latency, what);
        continue;
      }
    } else if (!what.barrier && what.time > 0) {
      later(what.time, what);
      continue;
    }
    quiet = !release(what) && quiet;
  }
  if (!state_.delayed.empty()) {
    kernel::wakeAfter(kernel::kDelayLine, state_.delayed.front().time - now);
  }
  if (quiet && periods_.due()) {
    for (std::size_t r = 0; r < state_.servers.size(); ++r) {
      if (state_.servers[r].running < 0) {
        standStill(static_cast<int>(r), state_.servers[r].wait, now);
      }
    }
    const auto skip = periods_.observe(state_, now, skipped_);
    if (skip.periods > 0) {
      skipped_ += skip.ticks;
      for (std::size_t s = 0; s < state_.cursors.size(); ++s) {
        locate(program_, state_.cursors[s], digits_[s]);
      }
    }
  }
}

std::string Simulation::deadlock() const {
  std::string stuck;
  for (std::size_t s = 0; s < state_.cursors.size(); ++s) {
    const auto& cursor = state_.cursors[s];
    if (cursor.frames.empty()) {
      continue;
    }
    const auto& here = item(cursor);
    stuck += stuck.empty() ? "" : "; ";
    stuck += at(schedule_.resources, section_.streams[s].resource).name;
    if (here.kind == Item::Kind::Task) {
      stuck += " waits to do " + at(section_.tasks, here.index).name;
      if (lastUnmet_[s] >= 0) {
        stuck += " until " + at(section_.tasks, at(program_.ports, lastUnmet_[s]).task).name;
      }
    } else {
      stuck += " waits at a barrier";
    }
  }
  return stuck;
}

void Simulation::addTo(Totals& totals) {
  const auto end = now_;
  for (std::size_t r = 0; r < state_.servers.size(); ++r) {
    standStill(static_cast<int>(r), Wait::Idle, end);
    auto& use = totals.resources[r];
    use.busy += state_.statistics.resources[r].busy;
    for (std::size_t w = 0; w < kWaits; ++w) {
      use.waits[w] += state_.statistics.resources[r].waits[w];
    }
  }
  for (std::size_t e = 0; e < totals.einsumBusy.size(); ++e) {
    totals.einsumBusy[e] += state_.statistics.einsumBusy[e];
  }
  const auto longest = std::max_element(
      state_.statistics.streamPaths.begin(), state_.statistics.streamPaths.end(),
      [](const Path& a, const Path& b) { return sum(a) < sum(b); });
  for (std::size_t i = 0; longest != state_.statistics.streamPaths.end() && i < totals.path.size();
       ++i) {
    totals.path[i] += (*longest)[i];
  }
  totals.ticks += end + skipped_;
  totals.skippedTicks += skipped_;
  totals.instances += instances_;
}

} // namespace einsight::sim

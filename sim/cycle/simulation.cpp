#include "sim/cycle/simulation.hpp"

#include "sim/cycle/at.hpp"

#include <algorithm>
#include <limits>

namespace einsight::sim {
namespace {

constexpr Wide kForEver = std::numeric_limits<std::int64_t>::max();

/// The stream that goes through the most iterations: its loops are where periods are looked for.
std::size_t leaderOf(const Program& program) {
  std::size_t leader = 0;
  std::int64_t most = -1;
  const auto& streams = program.section.streams;
  for (std::size_t s = 0; s < streams.size(); ++s) {
    std::int64_t work = 0;
    for (const int task : program.walks[static_cast<std::size_t>(streams[s].root)].tasks) {
      work +=
          iterations(program.section, program.section.tasks[static_cast<std::size_t>(task)].loops);
    }
    if (work > most) {
      most = work;
      leader = s;
    }
  }
  return leader;
}

} // namespace

Simulation::Simulation(const Schedule& schedule, const Section& section,
                       const CycleOptions& options, Probe* probe)
    : schedule_(schedule), section_(section), options_(options), probe_(probe), program_(section),
      periods_(program_, leaderOf(program_)), streamsOf_(schedule.resources.size()),
      scratch_(section.loops.size(), 0) {
  const auto streams = section.streams.size();
  state_.cursors.resize(streams);
  sleeps_.resize(streams, Sleep::Awake);
  state_.servers.resize(schedule.resources.size());
  state_.ports.resize(program_.ports.size());
  state_.arrivals.resize(section.barriers.size() * section.streams.size());
  state_.releases.resize(section.barriers.size());
  state_.completed.resize(section.barriers.size());
  state_.statistics = {
      std::vector<Totals::Use>(schedule.resources.size()),
      std::vector<Wide>(schedule.einsums.size()),
      Paths(streams, section.tasks.size(), section.barriers.size(), schedule.einsums.size() + 2)};
  int slots = 0;
  for (std::size_t s = 0; s < streams; ++s) {
    const auto& stream = section.streams[s];
    walkers_.push_back({Route(program_, schedule, stream), {}, stream.resource});
    walkers_.back().counters.assign(walkers_.back().route.places, 0);
    at(streamsOf_, stream.resource).push_back(s);
    state_.cursors[s].frames = {{stream.root, 0, 0, 0}};
    slots = std::max(slots, stream.slot + 1);
  }
  state_.slots.resize(static_cast<std::size_t>(slots));
  if (probe_ != nullptr && probe_->counts()) {
    state_.ends.resize(section.tasks.size());
  }
}

bool Simulation::run() {
  for (std::size_t s = 0; s < section_.streams.size(); ++s) {
    advance(s);
  }
  giveTickets();
  given_.clear();
  kernel::run(*this, static_cast<int>(schedule_.resources.size()));
  return !stopped_;
}

void Simulation::standStill(int resource, Wait why, std::int64_t now) {
  auto& server = at(state_.servers, resource);
  at(state_.statistics.resources, resource).waits[static_cast<std::size_t>(server.wait)] +=
      now - server.waitSince;
  server.wait = why;
  server.waitSince = now;
}

/// What is due on the delay line is to become visible at the end of this moment.
void Simulation::endDelays(std::int64_t now) {
  while (!state_.delayed.empty() && state_.delayed.front().time == now) {
    std::pop_heap(state_.delayed.begin(), state_.delayed.end(), std::greater<>());
    pending_.push_back(state_.delayed.back());
    pending_.back().time = -1; // due: a release, not an arrival
    state_.delayed.pop_back();
  }
}

void Simulation::step(int resource, std::int64_t now) {
  now_ = now;
  if (resource == kernel::kDelayLine) {
    endDelays(now);
    return;
  }
  auto& server = at(state_.servers, resource);
  const auto& streams = at(streamsOf_, resource);
  int holder = -1;
  if (server.running >= 0 && server.finish == now) {
    holder = server.running;
    endTurn(resource, now);
  }
  if (server.running >= 0) {
    for (const auto stream : streams) {
      if (sleeps_[stream] == Sleep::Awake) {
        checkReady(stream, now); // requests queue up in the order in which they become ready
      }
    }
    return;
  }
  std::size_t chosen = section_.streams.size();
  Wait why = Wait::Idle;
  for (const auto stream : streams) {
    if (sleeps_[stream] == Sleep::Awake) {
      checkReady(stream, now);
    }
    if (sleeps_[stream] != Sleep::Awake) {
      why = sleeps_[stream] == Sleep::Waits && why == Wait::Idle ? walkers_[stream].why : why;
      continue;
    }
    const auto& cursor = state_.cursors[stream];
    if (cursor.ready && (chosen == section_.streams.size() ||
                         cursor.readySince < state_.cursors[chosen].readySince)) {
      chosen = stream;
    } else if (!cursor.frames.empty() && why == Wait::Idle) {
      why = walkers_[stream].why;
    }
  }
  if (chosen != section_.streams.size()) {
    if (state_.cursors[chosen].remaining == 0) {
      start(chosen, holder, now);
    }
    serve(chosen, now);
  } else {
    standStill(resource, why, now);
  }
  if (probe_ != nullptr && probe_->closedFor(now + skipped_) == 0) {
    show(resource, now);
  }
}

/// Steps the stream's resource once more in this moment, unless it is busy with its only stream.
bool Simulation::wake(std::size_t stream) {
  const int resource = walkers_[stream].resource;
  if (at(state_.servers, resource).running >= 0 && at(streamsOf_, resource).size() == 1) {
    return false;
  }
  kernel::wakeNow(resource);
  return true;
}

/// Makes an end or a barrier's release visible. True when a resource was woken by it: only those
/// are that have waited for it and have not to wait on.
bool Simulation::release(const Delayed& what) {
  bool woken = false;
  if (what.barrier) {
    const auto epochs = at(state_.releases, what.index) += what.count;
    for (const int number : at(program_.participants, what.index)) {
      const auto stream = static_cast<std::size_t>(number);
      if (walkers_[stream].barrier == what.index && arrivals(stream, what.index) <= epochs) {
        woken = wake(stream) || woken;
      }
    }
  } else {
    const auto ends = at(state_.ports, what.index) += what.count;
    for (const int number : at(program_.ports, what.index).waiters) {
      const auto stream = static_cast<std::size_t>(number);
      if (walkers_[stream].waitsAt == what.index && walkers_[stream].required <= ends) {
        sleeps_[stream] = Sleep::Awake;
        woken = wake(stream) || woken;
      }
    }
  }
  return woken;
}

/// Epochs of a barrier in which everyone has arrived and that were not counted before.
std::int64_t Simulation::complete(int barrier) {
  auto everyone = std::numeric_limits<std::int64_t>::max();
  const auto* arrivals =
      state_.arrivals.data() + static_cast<std::size_t>(barrier) * section_.streams.size();
  for (const int stream : at(program_.participants, barrier)) {
    everyone = std::min(everyone, arrivals[stream]);
  }
  auto& known = at(state_.completed, barrier);
  const auto fresh = everyone - known;
  known = everyone;
  return fresh;
}

void Simulation::delay(std::int64_t latency, const Delayed& what, std::int64_t now) {
  state_.delayed.push_back({now + latency, what.barrier, what.index, what.count});
  std::push_heap(state_.delayed.begin(), state_.delayed.end(), std::greater<>());
}

void Simulation::settle(std::int64_t now) {
  visible_.clear();
  visible_.swap(pending_);
  bool quiet = true;
  for (auto& what : visible_) {
    if (what.barrier && what.time >= 0) {
      what.count = complete(what.index);
      if (what.count == 0) {
        continue;
      }
      if (const auto latency = at(section_.barriers, what.index).latency; latency > 0) {
        delay(latency, what, now);
        continue;
      }
    } else if (!what.barrier && what.time > 0) {
      delay(what.time, what, now);
      continue;
    }
    quiet = !release(what) && quiet;
  }
  if (giveTickets()) {
    quiet = false;
    for (const auto stream : given_) {
      wake(stream);
    }
    given_.clear();
  }
  if (!state_.delayed.empty() && state_.delayed.front().time != delayLineAt_) {
    delayLineAt_ = state_.delayed.front().time;
    kernel::wakeAfter(kernel::kDelayLine, delayLineAt_ - now);
  }
  if (quiet && periods_.due()) {
    observe(now);
  }
}

/// Skips repeated periods if this moment ends one.
void Simulation::observe(std::int64_t now) {
  for (std::size_t r = 0; r < state_.servers.size(); ++r) {
    if (state_.servers[r].running < 0) {
      standStill(static_cast<int>(r), state_.servers[r].wait, now);
    }
  }
  // What happens in the moment that a skip leads to is over then: the last one kept back is before.
  const auto longest = probe_ == nullptr ? kForEver : probe_->closedFor(now + skipped_) - 1;
  const auto skip = periods_.observe(state_, now, skipped_, longest);
  if (skip.periods == 0) {
    return;
  }
  if (!state_.ends.empty()) {
    probe_->skipped(state_.ends, now + skipped_, skip.ticks);
  }
  skipped_ += skip.ticks;
  for (std::size_t s = 0; s < walkers_.size(); ++s) {
    auto& walker = walkers_[s];
    for (const auto& frame : state_.cursors[s].frames) {
      const auto& node = at(walker.route.nodes, frame.node);
      walker.route.place(frame, walker.counters);
      if (node.dispatched) {
        placeActual(walker, at(state_.slots, section_.streams[s].slot).at(frame.epoch), node);
      }
    }
    if (walker.waitsAt >= 0) { // the same need, of another instance
      sleeps_[s] = Sleep::Awake;
      walker.required = walker.route.required(*walker.step, walker.step->needs[walker.need],
                                              walker.counters, scratch_);
    }
  }
}

} // namespace einsight::sim

#include "sim/cycle/simulation.hpp"

#include "sim/cycle/at.hpp"

#include <algorithm>
#include <limits>

namespace einsight::sim {
namespace {

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
      if (resource >= 0 &&
          (at(state_.servers, resource).running < 0 || at(streamsOf_, resource).size() > 1)) {
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
    everyone = std::min(
        everyone, state_.arrivals[static_cast<std::size_t>(barrier) * section_.streams.size() +
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

} // namespace einsight::sim

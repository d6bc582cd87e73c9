#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"
#include "sim/cycle/simulation.hpp"

#include <algorithm>
#include <limits>

/// How a task gets ready, is served, and ends.
namespace einsight::sim {
namespace {

constexpr std::int64_t kTurnsBetweenReports = 1 << 14;

} // namespace

/// Are all ends visible that the task needs? Ends only ever come, so a need that was met stays met.
/// Remembers the first one that is not.
bool Simulation::needsMet(Walker& walker) {
  const auto& needs = walker.step->needs;
  for (; walker.need < needs.size(); ++walker.need) {
    const auto& need = needs[walker.need];
    if (walker.required < 0) {
      walker.required = walker.route.required(*walker.step, need, walker.counters, scratch_);
    }
    if (at(state_.ports, need.port) < walker.required) {
      walker.why = need.why;
      walker.waitsAt = walker.lastUnmet = need.port;
      return false;
    }
    walker.required = -1;
  }
  walker.waitsAt = -1;
  return true;
}

/// Moves a stream on that stands at a barrier which all have reached.
bool Simulation::passBarrier(std::size_t stream) {
  auto& cursor = state_.cursors[stream];
  auto& walker = walkers_[stream];
  const int barrier = walker.barrier;
  if (!cursor.arrived) {
    arrive(stream, barrier, 1);
  }
  if (at(state_.releases, barrier) < arrivals(stream, barrier)) {
    walker.why = Wait::Sync;
    return false;
  }
  auto& paths = state_.statistics.paths;
  if (paths.length(paths.ofBarrier(barrier)) > paths.length(Paths::ofStream(stream))) {
    paths.copy(paths.ofBarrier(barrier), Paths::ofStream(stream));
  }
  cursor.arrived = false;
  nextItem(stream);
  advance(stream);
  return true;
}

/// Does the cursor's task or barrier have what it waits for? Remembers why not.
void Simulation::checkReady(std::size_t stream, std::int64_t now) {
  auto& cursor = state_.cursors[stream];
  auto& walker = walkers_[stream];
  while (!cursor.frames.empty() && !cursor.ready && !walker.asks) {
    if (walker.barrier < 0) {
      if (needsMet(walker)) {
        cursor.ready = true;
        cursor.readySince = now;
      } else {
        sleeps_[stream] = Sleep::Waits;
      }
      return;
    }
    if (!passBarrier(stream)) {
      return;
    }
  }
  if (cursor.frames.empty()) {
    walker.why = Wait::Idle;
    sleeps_[stream] = Sleep::Ended;
  }
}

void Simulation::arrive(std::size_t stream, int barrier, std::int64_t epochs) {
  state_.cursors[stream].arrived = true;
  const auto at0 = static_cast<std::size_t>(barrier) * section_.streams.size() + stream;
  state_.arrivals[at0] += epochs;
  pending_.push_back({0, true, barrier, epochs});
  auto& paths = state_.statistics.paths;
  if (paths.length(Paths::ofStream(stream)) >= paths.length(paths.ofBarrier(barrier))) {
    paths.copy(Paths::ofStream(stream), paths.ofBarrier(barrier));
  }
}

void Simulation::report() {
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

/// The path of a task that starts goes on from its cause. A task that was ready before starts
/// because `holder`, the stream whose turn ends now, held its resource; any other because the
/// task before it ends now, or else because of the last need it waited for, which is seen a latency
/// after its end.
void Simulation::followCause(std::size_t stream, int holder, std::int64_t now) {
  auto& walker = walkers_[stream];
  auto& paths = state_.statistics.paths;
  const auto path = Paths::ofStream(stream);
  if (state_.cursors[stream].readySince < now) {
    EINSIGHT_INVARIANT(holder >= 0, "what is ready waits only for a turn of another to end");
    const auto other = static_cast<std::size_t>(holder);
    paths.copy(Paths::ofStream(other), path);
    if (state_.cursors[other].remaining > 0) { // its task goes on later
      paths.add(path, walkers_[other].step->part, now + skipped_ - paths.length(path));
    }
  } else if (walker.lastUnmet >= 0 && paths.length(path) < now + skipped_) {
    paths.copy(paths.ofTask(at(program_.ports, walker.lastUnmet).task), path);
  }
  walker.lastUnmet = -1;
  paths.wait(path, now + skipped_ - paths.length(path));
}

/// Starts the stream's task. `holder`: the stream whose turn ends now, or -1.
void Simulation::start(std::size_t stream, int holder, std::int64_t now) {
  auto& walker = walkers_[stream];
  const auto& step = *walker.step;
  const auto duration = step.work.ticks(walker.counters);
  followCause(stream, holder, now);
  at(state_.statistics.resources, walker.resource).busy += duration;
  if (step.part < state_.statistics.einsumBusy.size()) {
    state_.statistics.einsumBusy[step.part] += duration;
  }
  if (!state_.ends.empty()) {
    probe_->starts(step.index, now + skipped_);
  }
  state_.cursors[stream].remaining = duration;
  ++instances_;
}

/// Gives a turn of its unit or port to a task that has started.
void Simulation::serve(std::size_t stream, std::int64_t now) {
  auto& cursor = state_.cursors[stream];
  const int resource = walkers_[stream].resource;
  auto& server = at(state_.servers, resource);
  const auto quantum = at(schedule_.resources, resource).quantum;
  const auto turn = quantum > 0 ? std::min(quantum, cursor.remaining) : cursor.remaining;
  cursor.remaining -= turn;
  standStill(resource, Wait::Idle, now);
  server.running = static_cast<int>(stream);
  // Where that is more than can be counted, the kernel says so.
  server.finish = now + std::min(turn, std::numeric_limits<std::int64_t>::max() - now);
  turn == 0 ? kernel::wakeNow(resource) : kernel::wakeAfter(resource, turn);
  if (++turns_ % kTurnsBetweenReports == 0 && options_.progress) {
    report();
  }
}

/// Ends of a task become known with the stream's path up to them.
void Simulation::ended(const Route::Step& step, std::size_t stream, std::int64_t count) {
  if (!state_.ends.empty()) {
    at(state_.ends, step.index) += count;
    probe_->ends(step.index, count, now_ + skipped_);
  }
  if (step.ports.empty()) {
    return;
  }
  auto& paths = state_.statistics.paths;
  paths.copy(Paths::ofStream(stream), paths.ofTask(step.index));
  for (const int port : step.ports) {
    pending_.push_back({at(program_.ports, port).latency, false, port, count});
  }
}

/// Ends the service in progress: the task's end, or only a turn of it.
void Simulation::endTurn(int resource, std::int64_t now) {
  auto& server = at(state_.servers, resource);
  const auto stream = static_cast<std::size_t>(server.running);
  auto& cursor = state_.cursors[stream];
  server.running = -1;
  server.waitSince = now;
  if (cursor.remaining > 0) { // behind those that wait
    cursor.readySince = now;
    return;
  }
  const auto& step = *walkers_[stream].step;
  auto& paths = state_.statistics.paths;
  const auto path = Paths::ofStream(stream);
  paths.add(path, step.part, now + skipped_ - paths.length(path)); // with the turns of others
  ended(step, stream, 1);
  cursor.ready = false;
  nextItem(stream);
  advance(stream);
}

} // namespace einsight::sim

#include "sim/cycle/at.hpp"
#include "sim/cycle/simulation.hpp"

#include <algorithm>

/// How a task gets ready, is served, and ends.
namespace einsight::sim {
namespace {

constexpr std::int64_t kInstancesBetweenReports = 1 << 14;

} // namespace

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
  path[pathPart(task)] += duration;
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

/// Where a task's time stands in a path.
std::size_t Simulation::pathPart(const Task& task) const {
  return task.einsum >= 0 ? static_cast<std::size_t>(task.einsum) : schedule_.einsums.size();
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
  const int task = item(state_.cursors[stream]).index;
  auto& path = state_.statistics.nextPaths[stream];
  // The turns of others lengthened it.
  path[pathPart(at(section_.tasks, task))] += std::max<Wide>(0, now + skipped_ - sum(path));
  state_.statistics.streamPaths[stream] = path;
  ended(task, path, 1);
  server.running = -1;
  server.waitSince = now;
  state_.cursors[stream].ready = false;
  nextItem(stream);
  advance(stream);
}

} // namespace einsight::sim

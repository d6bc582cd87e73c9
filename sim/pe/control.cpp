#include "sim/pe/control.hpp"

#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"

#include <algorithm>

/// How tasks get ready, are started and end. Issue programs: control_walk.cpp; marks:
/// control_marks.cpp.
namespace einsight::sim::cells {

Control::Control(const Schedule& schedule, const Section& section, Parts parts)
    : schedule_(schedule), section_(section), parts_(std::move(parts)), program_(section),
      walkers_(section.streams.size()), workers_(schedule.resources.size()),
      marks_(section.tasks.size()), gates_(section.barriers.size()),
      einsumBusy_(schedule.einsums.size()) {
  for (std::size_t s = 0; s < walkers_.size(); ++s) {
    const auto& stream = section.streams[s];
    walkers_[s].digits.assign(section.loops.size(), 0);
    walkers_[s].places = {{stream.root, 0, 0}};
    at(workers_, stream.resource).streams.push_back(s);
    for (const int barrier : at(program_.walks, stream.root).barriers) {
      at(gates_, barrier).streams.push_back(static_cast<int>(s));
      at(gates_, barrier).waiters.push_back(stream.resource);
    }
  }
  for (auto& gate : gates_) {
    gate.arrivals.assign(walkers_.size(), 0);
  }
  for (std::size_t t = 0; t < section.tasks.size(); ++t) {
    const auto& task = section.tasks[t];
    for (const auto& need : task.needs) {
      auto& marks = at(marks_, need.producer);
      marks.wanted[static_cast<std::size_t>(need.route)] = true;
      marks.waiters.push_back(task.resource);
    }
    if (const auto& job = parts_.jobs[t]) {
      const auto& array = *at(parts_.arrays, at(parts_.arrayOf, task.resource));
      marks_[t].exited.assign(static_cast<std::size_t>(array.exits(*job)), 0);
      skipEmpty(*job);
    }
  }
}

bool Control::run() {
  cells::use(this);
  for (std::size_t s = 0; s < walkers_.size(); ++s) {
    advance(s, 0);
  }
  kernel::run(*this, static_cast<int>(schedule_.resources.size()));
  cells::use(nullptr);
  return !stopped_;
}

void Control::act(int cell, std::int64_t now) {
  now_ = now;
  for (auto& array : parts_.arrays) {
    if (cell >= array->firstCell() && cell < array->firstCell() + array->cells()) {
      end_ = array->act(cell, now) ? now : end_;
      return;
    }
  }
}

void Control::step(int resource, std::int64_t now) {
  now_ = end_ = now;
  if (resource == kernel::kDelayLine) {
    while (!delayed_.empty() && delayed_.front().tick == now) {
      std::pop_heap(delayed_.begin(), delayed_.end(), std::greater<>());
      fresh_.push_back(delayed_.back());
      delayed_.pop_back();
    }
    if (!delayed_.empty()) {
      kernel::wakeAfter(kernel::kDelayLine, delayed_.front().tick - now);
    }
    return;
  }
  auto& worker = at(workers_, resource);
  if (worker.running >= 0 && worker.finish == now) {
    endTurn(resource, now);
  }
  std::size_t chosen = walkers_.size();
  Wait why = Wait::Idle;
  for (const auto stream : worker.streams) { // requests queue up as they become ready
    checkReady(stream, now);
    const auto& walker = walkers_[stream];
    if (walker.ready &&
        (chosen == walkers_.size() || walker.readySince < walkers_[chosen].readySince)) {
      chosen = stream;
    } else if (!walker.places.empty() && why == Wait::Idle) {
      why = walker.waitsFor;
    }
  }
  if (worker.running >= 0) {
    return;
  }
  if (chosen == walkers_.size()) {
    standStill(resource, why, now);
    return;
  }
  if (walkers_[chosen].remaining == 0) {
    start(chosen, now);
  }
  serve(chosen, now);
}

/// Does the stream's task or barrier have what it waits for?
void Control::checkReady(std::size_t stream, std::int64_t now) {
  auto& walker = walkers_[stream];
  while (!walker.places.empty() && !walker.ready) {
    const auto& here = item(walker);
    if (here.kind == Item::Kind::Task) {
      if (!met(stream, here.index)) {
        return;
      }
      walker.ready = true;
      walker.readySince = now;
      return;
    }
    if (!walker.arrived) {
      arrive(stream, here.index, 1);
    }
    const auto& gate = at(gates_, here.index);
    if (gate.released < gate.arrivals[stream]) {
      walker.waitsFor = Wait::Sync;
      return;
    }
    walker.arrived = false;
    nextItem(walker);
    advance(stream, now);
  }
  walker.waitsFor = walker.places.empty() ? Wait::Idle : walker.waitsFor;
}

bool Control::met(std::size_t stream, int task) {
  auto& walker = walkers_[stream];
  for (const auto& need : at(section_.tasks, task).needs) {
    const auto seen = at(marks_, need.producer).seen[static_cast<std::size_t>(need.route)];
    if (seen < needed(section_, need, walker.digits)) {
      walker.waitsFor = need.kind == Edge::Kind::Data    ? Wait::Data
                        : need.kind == Edge::Kind::Space ? Wait::Space
                                                         : Wait::Bandwidth;
      walker.unmet = need.producer;
      return false;
    }
  }
  walker.unmet = -1;
  return true;
}

void Control::start(std::size_t stream, std::int64_t now) {
  auto& walker = walkers_[stream];
  const int index = item(walker).index;
  const auto& task = at(section_.tasks, index);
  auto ticks = value(section_, task.ticks, walker.digits);
  if (const auto& job = at(parts_.jobs, index)) {
    const auto wave = job->layout.wave(walker.digits, false);
    const auto own = job->cycles * core::Rational(wave.steps * schedule_.ticksPerCycle);
    EINSIGHT_INVARIANT(own.ceil() == ticks,
                       "a task lasts as long as the steps of a PE: " + task.name);
    send(index, walker.digits, false);
  } else {
    at(parts_.transfers, index)->begin(walker.digits, now, parts_.memory);
  }
  at(workers_, task.resource).use.busy += ticks;
  if (task.einsum >= 0) {
    at(einsumBusy_, task.einsum) += ticks;
  }
  walker.remaining = ticks;
  ++instances_;
  const auto& resource = at(schedule_.resources, task.resource);
  const auto cycles = static_cast<double>(ticks) / static_cast<double>(schedule_.ticksPerCycle);
  if (!resource.port && !parts_.begun(cycles * static_cast<double>(resource.units))) {
    stopped_ = true;
    kernel::stop();
  }
}

/// A turn of a port, or all of a task on an array.
void Control::serve(std::size_t stream, std::int64_t now) {
  auto& walker = walkers_[stream];
  const int resource = section_.streams[stream].resource;
  auto& worker = at(workers_, resource);
  const auto quantum = at(schedule_.resources, resource).quantum;
  const auto turn = quantum > 0 ? std::min(quantum, walker.remaining) : walker.remaining;
  walker.remaining -= turn;
  standStill(resource, Wait::Idle, now);
  worker.running = static_cast<int>(stream);
  worker.finish = now + turn;
  report(resource, at(section_.tasks, item(walker).index).name, now);
  turn == 0 ? kernel::wakeNow(resource) : kernel::wakeAfter(resource, turn);
}

void Control::endTurn(int resource, std::int64_t now) {
  auto& worker = at(workers_, resource);
  const auto stream = static_cast<std::size_t>(worker.running);
  auto& walker = walkers_[stream];
  worker.running = -1;
  worker.since = now;
  report(resource, {}, now);
  if (walker.remaining > 0) { // behind those that wait
    walker.readySince = now;
    return;
  }
  const int task = item(walker).index;
  if (auto& transfer = at(parts_.transfers, task)) {
    transfer->end(walker.digits, now, parts_.memory);
  }
  tell(task, Edge::Route::Ended, 1, now);
  walker.ready = false;
  nextItem(walker);
  advance(stream, now);
}

void Control::standStill(int resource, Wait why, std::int64_t now) {
  auto& worker = at(workers_, resource);
  worker.use.waits[static_cast<std::size_t>(worker.wait)] += now - worker.since;
  worker.wait = why;
  worker.since = now;
}

std::string Control::deadlock() const {
  std::string stuck;
  for (std::size_t s = 0; s < walkers_.size(); ++s) {
    if (walkers_[s].places.empty()) {
      continue;
    }
    const auto& here = item(walkers_[s]);
    stuck += stuck.empty() ? "" : "; ";
    stuck += at(schedule_.resources, section_.streams[s].resource).name;
    stuck += here.kind == Item::Kind::Task ? " waits to do " + at(section_.tasks, here.index).name
                                           : " waits at a barrier";
    if (here.kind == Item::Kind::Task && walkers_[s].unmet >= 0) {
      stuck += " until " + at(section_.tasks, walkers_[s].unmet).name;
    }
  }
  return stuck;
}

void Control::addTo(Totals& totals) {
  auto end = end_;
  for (const auto& array : parts_.arrays) {
    EINSIGHT_INVARIANT(array->quiet(), "at the end nothing is left in an array");
    end = std::max(end, array->lastArrival());
  }
  for (std::size_t r = 0; r < workers_.size(); ++r) {
    standStill(static_cast<int>(r), Wait::Idle, end);
    totals.resources[r].busy += workers_[r].use.busy;
    for (std::size_t w = 0; w < kWaits; ++w) {
      totals.resources[r].waits[w] += workers_[r].use.waits[w];
    }
  }
  for (std::size_t e = 0; e < einsumBusy_.size(); ++e) {
    totals.einsumBusy[e] += einsumBusy_[e];
  }
  totals.ticks += end;
  totals.instances += instances_;
}

} // namespace einsight::sim::cells

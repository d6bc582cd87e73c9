#include "sim/cycle/at.hpp"
#include "sim/gpu/slot.hpp"

#include <algorithm>

/// What the tasks of a slot wait for.
namespace einsight::sim::gpu {

using At = Edge::Source::At;

namespace {

/// Special functions are issued by the same warps as other arithmetic.
bool isHandedOver(Step::Unit from, Step::Unit to) {
  return (from == Step::Unit::Tensor) != (to == Step::Unit::Tensor);
}

} // namespace

bool SlotWriter::inner(int task) const {
  return at(section_.tasks, task).loops.size() > 1;
}

/// Cycles from the end of a step until another may use what it made.
double SlotWriter::handOver(const Step& from, const Step& to) const {
  const bool waits = isHandedOver(from.unit, to.unit) || from.apart != to.apart;
  return from.latencyCycles + (waits ? device_.syncCycles : 0);
}

double SlotWriter::loadLatency(const Transfer& transfer) const {
  const double dram = device_.dramLatencySeconds * device_.maximumHertz;
  return device_.l2LatencyCycles * (1 + transfer.lookups) + (transfer.shared ? 0 : dram);
}

/// The consumer takes the instance of the producer of the same CTA and iteration, or of some
/// before; of a part that has ended, the last.
void SlotWriter::need(int consumer, int producer, Edge::Kind kind, double latencyCycles,
                      std::int64_t ctasBefore, std::int64_t iterationsBefore) {
  Edge edge;
  edge.kind = kind;
  edge.producer = producer;
  edge.latency = ticksOf(latencyCycles);
  edge.sources.push_back({At::Same, kCta, ctasBefore});
  if (inner(producer)) {
    if (inner(consumer) && ctasBefore == 0) {
      edge.sources.push_back({At::Same, kIteration, iterationsBefore});
    } else {
      edge.sources.push_back({At::Last, kIteration, 0});
    }
  }
  at(section_.tasks, consumer).needs.push_back(edge);
}

/// The consumer overwrites what instances of the producer use `lag` of them before.
void SlotWriter::needRoom(int consumer, int producer, std::int64_t lag) {
  Edge edge;
  edge.kind = Edge::Kind::Space;
  edge.producer = producer;
  edge.lag = lag;
  for (const int loop : at(section_.tasks, producer).loops) {
    edge.sources.push_back({At::Same, loop, 0});
    edge.lagLoops.push_back(loop);
  }
  at(section_.tasks, consumer).needs.push_back(edge);
}

void SlotWriter::needBoth(const PartTasks& tasks, int warpgroup, int step, int producer,
                          Edge::Kind kind, double latencyCycles, std::int64_t ctasBefore,
                          std::int64_t iterationsBefore) {
  const auto w = static_cast<std::size_t>(warpgroup);
  need(at(tasks.steps[w], step), producer, kind, latencyCycles, ctasBefore, iterationsBefore);
  for (const int before : at(tasks.before[w], step)) {
    need(before, producer, kind, latencyCycles, ctasBefore, iterationsBefore);
  }
}

void SlotWriter::connect() {
  for (int w = 0; w < kernel_.warpgroups; ++w) {
    for (int p = 0; p < 3; ++p) {
      if (!tasks_[p].steps.empty()) {
        connectSteps(*parts_[p], tasks_[p], w);
      }
    }
    if (!tasks_[1].steps.empty()) {
      connectOrder(w);
    }
    bool first = true; // of the parts that have steps
    for (int p = 0; p < 3; ++p) {
      if (tasks_[p].steps.empty() || parts_[p]->steps.empty()) {
        continue;
      }
      const auto before = !first       ? lastOf(p - 1, w)
                          : start_ < 0 ? lastOfCta(w)
                                       : std::vector<Last>{};
      connectFirst(*parts_[p], tasks_[p], w, before, first);
      first = false;
    }
  }
  connectStart();
  connectLoads();
  connectStores();
}

/// Does the step take that load? What no step asks for is taken by the first one.
bool SlotWriter::takes(const Part& part, int step, int load) {
  const auto has = [&](const Step& other) {
    return std::find(other.loads.begin(), other.loads.end(), load) != other.loads.end();
  };
  return has(at(part.steps, step)) ||
         (step == 0 && std::none_of(part.steps.begin(), part.steps.end(), has));
}

/// Data between steps of a part and from its loads.
void SlotWriter::connectSteps(const Part& part, const PartTasks& tasks, int warpgroup) {
  const auto& own = tasks.steps[static_cast<std::size_t>(warpgroup)];
  for (int s = 0; s < static_cast<int>(part.steps.size()); ++s) {
    const auto& step = at(part.steps, s);
    for (const int other : step.needs) {
      for (int w = 0; w < kernel_.warpgroups; ++w) {
        if (w == warpgroup || step.joint) {
          needBoth(tasks, warpgroup, s, at(tasks.steps[static_cast<std::size_t>(w)], other),
                   Edge::Kind::Data, handOver(at(part.steps, other), step));
        }
      }
    }
    for (int load = 0; load < static_cast<int>(part.loads.size()); ++load) {
      if (takes(part, s, load)) {
        needBoth(tasks, warpgroup, s, at(tasks.loads, load), Edge::Kind::Bandwidth,
                 loadLatency(at(part.loads, load)));
      }
    }
    for (const int other : step.carried) {
      needBoth(tasks, warpgroup, s, at(own, other), Edge::Kind::Data,
               handOver(at(part.steps, other), step), 0, 1);
    }
  }
}

/// A warpgroup issues the steps of its iterations one after another. Without overlap each waits for
/// the one before; with it, products do not keep the warpgroup from going on.
void SlotWriter::connectOrder(int warpgroup) {
  const auto& steps = parts_[1]->steps;
  const auto& own = tasks_[1].steps[static_cast<std::size_t>(warpgroup)];
  for (int i = 0; i < static_cast<int>(order_.size()); ++i) {
    const auto& issue = at(order_, i);
    const auto unit = at(steps, issue.step).unit;
    if (at(steps, issue.step).apart || (kernel_.overlap && unit != Step::Unit::Tensor)) {
      continue;
    }
    // The nearest steps before on another unit, in this epoch or the one before.
    const int count = static_cast<int>(order_.size());
    for (int back = 1; back <= count; ++back) {
      const auto& before = at(order_, (i - back + count) % count);
      const auto unitBefore = at(steps, before.step).unit;
      if (at(steps, before.step).apart) {
        continue;
      }
      if (!isHandedOver(unitBefore, unit)) {
        if (kernel_.overlap) {
          continue;
        }
        break;
      }
      const std::int64_t epochs = back > i ? 1 : 0;
      // Iteration of the other: that of its epoch, less its stage.
      const auto distance = epochs + before.stage - issue.stage;
      if (distance >= 0) {
        needBoth(tasks_[1], warpgroup, issue.step, at(own, before.step), Edge::Kind::Data,
                 kernel_.overlap ? 0 : handOver(at(steps, before.step), at(steps, issue.step)), 0,
                 distance);
      }
      if (unitBefore != Step::Unit::Special) { // what it is beside comes before it
        break;
      }
    }
  }
}

/// Steps that start a part take what came before it.
void SlotWriter::connectFirst(const Part& part, const PartTasks& tasks, int warpgroup,
                              const std::vector<Last>& before, bool previousCta) {
  const std::int64_t ctas = previousCta ? 1 : 0;
  const bool afterPrologue = &tasks != &tasks_[0] && parts_[0]->steps.empty();
  for (int s = 0; s < static_cast<int>(part.steps.size()); ++s) {
    const auto& step = at(part.steps, s);
    if (!step.needs.empty()) {
      continue;
    }
    for (const auto& last : before) {
      const bool changes = isHandedOver(last.unit, step.unit);
      needBoth(tasks, warpgroup, s, last.task, Edge::Kind::Data,
               previousCta ? 0 : last.latencyCycles + (changes ? device_.syncCycles : 0), ctas);
    }
    if (start_ >= 0) {
      needBoth(tasks, warpgroup, s, start_, Edge::Kind::Data, 0);
    }
    if (&tasks == &tasks_[0] || afterPrologue || &tasks == &tasks_[1]) {
      for (std::size_t l = 0; l < tasks_[0].loads.size(); ++l) {
        needBoth(tasks, warpgroup, s, tasks_[0].loads[l], Edge::Kind::Bandwidth,
                 loadLatency(parts_[0]->loads[l]));
      }
    }
  }
}

/// A CTA that does not stay starts when the one before has ended.
void SlotWriter::connectStart() {
  if (start_ < 0) {
    return;
  }
  for (int w = 0; w < kernel_.warpgroups; ++w) {
    for (const auto& last : lastOfCta(w)) {
      need(start_, last.task, Edge::Kind::Data, last.latencyCycles, 1);
    }
  }
  for (const auto& part : tasks_) {
    for (const auto* transfers : {&part.loads, &part.stores}) {
      for (const int transfer : *transfers) {
        need(start_, transfer, Edge::Kind::Bandwidth, 0, 1);
      }
    }
  }
}

/// Loads go ahead as far as there is room, in CTAs that stay also into the next tile.
void SlotWriter::connectLoads() {
  for (int p = 0; p < 3; ++p) {
    for (int l = 0; l < static_cast<int>(tasks_[p].loads.size()); ++l) {
      const int load = at(tasks_[p].loads, l);
      if (start_ >= 0) {
        need(load, start_, Edge::Kind::Data, 0);
      }
      for (int w = 0; w < kernel_.warpgroups; ++w) {
        const auto& own = tasks_[p].steps[static_cast<std::size_t>(w)];
        const bool ahead = p == 1 && kernel_.producer;
        for (const auto& last : ahead ? std::vector<Last>{} : lastOf(p == 0 ? 1 : 2, w)) {
          need(load, last.task, Edge::Kind::Space, 0, 1);
        }
        for (int s = 0; p == 1 && s < static_cast<int>(own.size()); ++s) {
          if (takes(*parts_[p], s, l)) {
            needRoom(load, at(own, s), kernel_.stages);
          }
        }
      }
    }
  }
}

/// Stores take what the part made; what they store is not overwritten before they have ended.
void SlotWriter::connectStores() {
  for (int p = 0; p < 3; ++p) {
    const auto& steps = parts_[p]->steps;
    for (const int store : tasks_[p].stores) {
      for (int w = 0; w < kernel_.warpgroups; ++w) {
        for (const auto& last : lastOf(p, w)) {
          need(store, last.task, Edge::Kind::Data, last.latencyCycles);
        }
        const auto& own = tasks_[p].steps[static_cast<std::size_t>(w)];
        if (p == 1 && !steps.empty()) {
          needRoom(at(own, order_.back().step), store, kernel_.stages);
        } else if (kernel_.persistent && !steps.empty()) {
          need(own.front(), store, Edge::Kind::Space, 0, 1);
        }
      }
      for (std::size_t l = 0; steps.empty() && l < tasks_[p].loads.size(); ++l) {
        need(store, tasks_[p].loads[l], Edge::Kind::Bandwidth, loadLatency(parts_[p]->loads[l]));
        p == 1 ? needRoom(tasks_[p].loads[l], store, kernel_.stages)
               : need(tasks_[p].loads[l], store, Edge::Kind::Space, 0, 1);
      }
    }
  }
}

} // namespace einsight::sim::gpu

#include "sim/cycle/at.hpp"
#include "sim/gpu/slot.hpp"

#include <algorithm>

/// What a slot's CTA keeps in shared memory and in registers.
namespace einsight::sim::gpu {

using At = Edge::Source::At;

namespace {

std::int64_t bytesOf(const Transfer& transfer) {
  return static_cast<std::int64_t>(transfer.sharedMemoryBytes);
}

/// Of shared memory that is not a loaded tile's: results on their way to products, what the mapping
/// sets aside.
std::int64_t restOf(const Kernel& kernel, const Part* const (&parts)[3]) {
  std::int64_t tiles = 0;
  for (int p = 0; p < 3; ++p) {
    for (const auto& load : parts[p]->loads) {
      tiles += bytesOf(load) * (p == 1 ? kernel.stages : 1);
    }
  }
  return std::max<std::int64_t>(0, kernel.sharedBytes - tiles);
}

} // namespace

/// The last instance of a task that works on the tile with the counters of `loops`.
Edge SlotWriter::lastUse(int task, const std::vector<int>& loops, double latencyCycles) const {
  Edge edge;
  edge.kind = Edge::Kind::Space;
  edge.producer = task;
  edge.latency = ticksOf(latencyCycles);
  for (const int loop : at(section_.tasks, task).loops) {
    const bool same = std::find(loops.begin(), loops.end(), loop) != loops.end();
    edge.sources.push_back({same ? At::Same : At::Last, loop, 0});
  }
  return edge;
}

/// A tile is there from its load to the last step that takes it; a tile that is loaded once for a
/// CTA, until its place is loaded again at the earliest.
void SlotWriter::holdLoads(std::vector<Hold>& holds) const {
  for (int p = 0; p < 3; ++p) {
    for (int l = 0; l < static_cast<int>(tasks_[p].loads.size()); ++l) {
      const int load = at(tasks_[p].loads, l);
      const auto bytes = bytesOf(at(parts_[p]->loads, l));
      if (bytes == 0) {
        continue;
      }
      Hold hold{kSharedMemory,
                at(section_.tasks, load).name,
                at(section_.tasks, load).loops,
                Amount{bytes, {}, 1},
                {load},
                {}};
      hold.users.push_back(lastUse(load, hold.loops, 0));
      for (int w = 0; w < kernel_.warpgroups; ++w) {
        const auto& own = tasks_[p].steps[static_cast<std::size_t>(w)];
        for (int s = 0; p == 1 && s < static_cast<int>(own.size()); ++s) {
          if (takes(*parts_[p], s, l)) {
            hold.users.push_back(lastUse(at(own, s), hold.loops, 0));
          }
        }
        for (const auto& last : p == 1 ? std::vector<Last>{} : lastOf(p == 0 ? 1 : 2, w)) {
          hold.users.push_back(lastUse(last.task, hold.loops, 0));
        }
      }
      for (const int store : tasks_[p].stores) {
        if (parts_[p]->steps.empty()) {
          hold.users.push_back(lastUse(store, hold.loops, 0));
        }
      }
      holds.push_back(std::move(hold));
    }
  }
}

/// What is set aside for a CTA: until all of it has ended, or for ever where CTAs stay.
void SlotWriter::holdCtas(std::vector<Hold>& holds) const {
  std::vector<int> all;
  std::vector<std::pair<int, double>> last; ///< with the cycles until its results are there
  for (const auto& part : tasks_) {
    for (const auto* transfers : {&part.loads, &part.stores}) {
      all.insert(all.end(), transfers->begin(), transfers->end());
    }
    for (const auto& steps : part.steps) {
      all.insert(all.end(), steps.begin(), steps.end());
    }
    for (const auto& steps : part.before) {
      for (const auto& before : steps) {
        all.insert(all.end(), before.begin(), before.end());
      }
    }
  }
  for (const int task : all) {
    last.emplace_back(task, 0);
  }
  for (int w = 0; start_ >= 0 && w < kernel_.warpgroups; ++w) {
    for (const auto& each : lastOfCta(w)) {
      last.emplace_back(each.task, each.latencyCycles);
    }
  }
  const auto add = [&](int memory, const char* what, std::int64_t bytes) {
    Hold hold{memory, what, {}, Amount{bytes, {}, 1}, all, {}};
    if (start_ >= 0) {
      hold.loops = {kCta};
      hold.fillers = {start_};
    }
    for (const auto& [task, latency] : last) {
      hold.users.push_back(lastUse(task, hold.loops, latency));
    }
    if (bytes > 0 && !all.empty()) {
      holds.push_back(std::move(hold));
    }
  };
  add(kSharedMemory, "set aside", restOf(kernel_, parts_));
  add(kRegisters, "set aside", kernel_.registerBytes);
}

void SlotWriter::addHolds(std::vector<Hold>& holds) const {
  holdLoads(holds);
  holdCtas(holds);
}

} // namespace einsight::sim::gpu

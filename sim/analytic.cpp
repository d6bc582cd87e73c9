#include "sim/recurrence.hpp"
#include "sim/totals.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace einsight::sim {
namespace {

/// ticks / speedup, rounded down (a bound must not exceed the truth).
Wide faster(Wide ticks, const core::Rational& speedup) {
  return ticks * speedup.denominator() / speedup.numerator();
}

/// Resources among which dispatched iterations may be divided in any way: those of all copies of a
/// task, and of tasks that have one of them in common. Only their sum is known.
class Pools {
public:
  Pools(const Section& section, const std::vector<int>& slots, std::size_t resources)
      : parent_(resources) {
    std::iota(parent_.begin(), parent_.end(), 0);
    std::map<int, int> copies; // tasks of each slot so far
    std::map<int, int> first;  // resource of slot 0's task, by its number in the slot
    for (std::size_t i = 0; i < section.tasks.size(); ++i) {
      if (slots[i] < 0 || section.tasks[i].resource < 0) {
        continue;
      }
      const auto known = first.emplace(copies[slots[i]]++, section.tasks[i].resource).first;
      parent_[static_cast<std::size_t>(rootOf(section.tasks[i].resource))] = rootOf(known->second);
    }
  }

  [[nodiscard]] int rootOf(int resource) const {
    while (parent_[static_cast<std::size_t>(resource)] != resource) {
      resource = parent_[static_cast<std::size_t>(resource)];
    }
    return resource;
  }

  /// Every resource's work as if each pool were divided evenly: at best it is.
  void even(std::vector<Wide>& busy) const {
    std::vector<Wide> sums(busy.size());
    std::vector<int> sizes(busy.size());
    for (std::size_t i = 0; i < busy.size(); ++i) {
      const auto root = static_cast<std::size_t>(rootOf(static_cast<int>(i)));
      sums[root] += busy[i];
      ++sizes[root];
    }
    for (std::size_t i = 0; i < busy.size(); ++i) {
      const auto root = static_cast<std::size_t>(rootOf(static_cast<int>(i)));
      busy[i] = sums[root] / sizes[root];
    }
  }

private:
  std::vector<int> parent_;
};

/// The work of one section per task, and what follows from it.
struct SectionWork {
  std::vector<Wide> ticks; ///< per task
  std::vector<Wide> runs;  ///< per task: iterations in which it runs
  std::vector<Wide> busy;  ///< per resource

  SectionWork(const Schedule& schedule, const Section& section)
      : ticks(section.tasks.size()), runs(section.tasks.size()), busy(schedule.resources.size()) {
    const auto slots = slotOfTask(section);
    const Wide sharing = slots.empty() ? 1 : 1 + *std::max_element(slots.begin(), slots.end());
    for (std::size_t i = 0; i < section.tasks.size(); ++i) {
      const auto& task = section.tasks[i];
      if (task.resource < 0) {
        continue;
      }
      const auto resource = static_cast<std::size_t>(task.resource);
      const auto sums = totals(section, task, {&task.ticks});
      runs[i] = sums.back();
      ticks[i] = faster(sums.front(), schedule.resources[resource].speedup);
      if (slots[i] >= 0) { // slots share the iterations; at best evenly
        ticks[i] /= sharing;
        runs[i] /= sharing;
      }
      busy[resource] += ticks[i];
    }
    Pools(section, slots, busy.size()).even(busy);
  }

  /// Phases cannot overlap: the sum over them of the longest side, and their waits. An epoch in
  /// which nothing runs does not wait.
  [[nodiscard]] Wide bound(const Section& section, const PhaseChain& chain) const {
    Wide epochs = 0;
    for (const auto& phase : chain.tasks) {
      for (const int task : phase) {
        epochs = std::max(epochs, runs[static_cast<std::size_t>(task)]);
      }
    }
    Wide sum = chain.waitTicks * epochs;
    for (const auto& phase : chain.tasks) {
      std::vector<Wide> side(busy.size());
      for (const int task : phase) {
        const auto at = static_cast<std::size_t>(task);
        side[static_cast<std::size_t>(section.tasks[at].resource)] += ticks[at];
      }
      sum += *std::max_element(side.begin(), side.end());
    }
    return sum;
  }
};

} // namespace

std::vector<Wide> countAll(const Schedule& schedule) {
  std::vector<Wide> counters(schedule.counters.size());
  for (const auto& section : schedule.sections) {
    const auto slots = slotOfTask(section);
    for (std::size_t t = 0; t < section.tasks.size(); ++t) {
      const auto& task = section.tasks[t];
      if (slots[t] > 0) {
        continue; // the same iterations as slot 0's copy
      }
      std::vector<const Amount*> amounts;
      for (const auto& count : task.counts) {
        amounts.push_back(&count.amount);
      }
      const auto sums = totals(section, task, amounts);
      for (std::size_t i = 0; i < amounts.size(); ++i) {
        counters[static_cast<std::size_t>(task.counts[i].counter)] += sums[i];
      }
    }
  }
  return counters;
}

Totals analytic(const Schedule& schedule, bool recurrences) {
  Totals all;
  all.counters = countAll(schedule);
  all.resources.resize(schedule.resources.size());
  all.einsumBusy.resize(schedule.einsums.size());
  all.path.resize(schedule.einsums.size() + 2);
  for (const auto& section : schedule.sections) {
    const SectionWork work(schedule, section);
    Wide longest = *std::max_element(work.busy.begin(), work.busy.end());
    for (const auto& chain : section.chains) {
      longest = std::max(longest, work.bound(section, chain));
    }
    if (recurrences) {
      longest = std::max(longest, recurrenceTicks(schedule, section));
    }
    all.ticks += longest;
    for (std::size_t i = 0; i < work.busy.size(); ++i) {
      all.resources[i].busy += work.busy[i];
      all.resources[i].waits[static_cast<std::size_t>(Wait::Idle)] += longest - work.busy[i];
    }
    // The bound's critical path is the resource (or phases) that gave the bound; what it does not
    // explain is waiting.
    const auto limiting =
        static_cast<int>(std::max_element(work.busy.begin(), work.busy.end()) - work.busy.begin());
    Wide explained = 0;
    for (std::size_t i = 0; i < section.tasks.size(); ++i) {
      const auto& task = section.tasks[i];
      const auto einsum =
          task.einsum >= 0 ? static_cast<std::size_t>(task.einsum) : schedule.einsums.size();
      if (task.einsum >= 0) {
        all.einsumBusy[einsum] += work.ticks[i];
      }
      if (task.resource == limiting) {
        all.path[einsum] += work.ticks[i];
        explained += work.ticks[i];
      }
    }
    all.path.back() += longest - explained;
  }
  return all;
}

} // namespace einsight::sim

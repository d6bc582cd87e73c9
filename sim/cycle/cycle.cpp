#include "core/invariant.hpp"
#include "sim/cycle/at.hpp"
#include "sim/cycle/held.hpp"
#include "sim/cycle/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace einsight::sim {
namespace {

core::Problem aboutSection(const Section& section, std::string what) {
  return {{section.name, 0, 0, section.name}, std::move(what), {}};
}

bool dispatches(const Section& section, const std::vector<int>& loops) {
  return std::any_of(loops.begin(), loops.end(),
                     [&](int loop) { return at(section.loops, loop).dispatched; });
}

/// Dispatched loops are those of the root of every stream of a slot, the same for all, and of no
/// other block: a slot that asks for an iteration gets one of all of them.
core::Problems aboutDispatch(const Section& section) {
  core::Problems problems;
  const std::vector<int>* known = nullptr;
  std::vector<bool> allowed(section.blocks.size(), false);
  for (const auto& stream : section.streams) {
    const auto& root = at(section.blocks, stream.root);
    if (stream.slot < 0) {
      continue;
    }
    known = known == nullptr ? &root.loops : known;
    if (!dispatches(section, root.loops) || root.loops != *known) {
      problems.push_back(aboutSection(
          section, fmt::format("block {} is the root of a stream of slot {}, but its loops are not "
                               "the dispatched ones of all slots",
                               stream.root, stream.slot)));
    }
    allowed[static_cast<std::size_t>(stream.root)] = true;
  }
  for (std::size_t b = 0; b < section.blocks.size(); ++b) {
    const auto& block = section.blocks[b];
    const bool staged =
        block.lastStage > 0 || std::any_of(block.items.begin(), block.items.end(),
                                           [](const Item& item) { return item.stage > 0; });
    if (dispatches(section, block.loops) && (staged || !allowed[b])) {
      problems.push_back(aboutSection(
          section, fmt::format("block {} has dispatched loops, so it must be the root of a stream "
                               "of a slot, and without stages",
                               b)));
    }
    for (const auto& item : block.items) {
      const auto pinned = std::find_if(item.pins.begin(), item.pins.end(), [&](const auto& pin) {
        return at(section.loops, pin.loop).dispatched;
      });
      if (pinned != item.pins.end()) {
        problems.push_back(aboutSection(
            section, fmt::format("block {} pins a task to one trip of the dispatched loop {}", b,
                                 at(section.loops, pinned->loop).variable)));
      }
    }
  }
  return problems;
}

/// Every instance must have run: the busy ticks found one by one equal the closed form.
bool complete(const Schedule& schedule, const Totals& totals, const Totals& bound) {
  const auto shared = [](const Section& section) {
    return std::any_of(section.streams.begin(), section.streams.end(),
                       [](const Stream& stream) { return stream.slot >= 0; });
  };
  if (std::any_of(schedule.sections.begin(), schedule.sections.end(), shared)) {
    return true; // who did what is not known beforehand
  }
  for (std::size_t r = 0; r < schedule.resources.size(); ++r) {
    if (schedule.resources[r].speedup == core::Rational(1) &&
        totals.resources[r].busy != bound.resources[r].busy) {
      return false;
    }
  }
  return true;
}

core::Expected<Totals> simulate(const Schedule& schedule, const CycleOptions& options,
                                const Holdings* holdings) {
  Totals totals;
  totals.counters = countAll(schedule);
  totals.resources.resize(schedule.resources.size());
  totals.einsumBusy.resize(schedule.einsums.size());
  totals.path.resize(schedule.einsums.size() + 2);
  std::optional<Probe> probe;
  if (options.waveform != nullptr) {
    probe.emplace(schedule, *options.waveform, holdings);
  }
  for (std::size_t i = 0; i < schedule.sections.size(); ++i) {
    const auto& section = schedule.sections[i];
    if (auto problems = aboutDispatch(section); !problems.empty()) {
      return core::failure(std::move(problems));
    }
    if (probe) {
      probe->section(i, totals.ticks);
    }
    Simulation simulation(schedule, section, options, probe ? &*probe : nullptr);
    if (!simulation.run()) {
      return core::failure({aboutSection(section, "stopped before the end")});
    }
    if (kernel::outOfTime()) {
      return core::failure({aboutSection(section, "this takes more time than can be simulated")});
    }
    if (const auto stuck = simulation.deadlock(); !stuck.empty()) {
      return core::failure({aboutSection(section, "the schedule can never finish: " + stuck)});
    }
    const auto before = totals.ticks;
    simulation.addTo(totals);
    if (probe) {
      probe->sectionEnds(totals.ticks - before);
    }
  }
  EINSIGHT_INVARIANT(complete(schedule, totals, analytic(schedule)),
                     "the cycle engine must execute every instance exactly once");
  return totals;
}

} // namespace

core::Expected<Totals> cycle(const Schedule& schedule, const CycleOptions& options) {
  return simulate(schedule, options, nullptr);
}

core::Expected<Totals> cycle(const Schedule& schedule, const CycleOptions& options,
                             const Holdings& holdings) {
  EINSIGHT_INVARIANT(holdings.sections.size() == schedule.sections.size(),
                     "every section has its holds");
  return simulate(schedule, options, &holdings);
}

} // namespace einsight::sim

#include "core/invariant.hpp"
#include "sim/cycle/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace einsight::sim {
namespace {

core::Problem aboutSection(const Section& section, std::string what) {
  return {{section.name, 0, 0, section.name}, std::move(what), {}};
}

/// Every instance must have run: the busy ticks found one by one equal the closed form.
bool complete(const Schedule& schedule, const Totals& totals, const Totals& bound) {
  const auto dispatches = [](const Section& section) {
    return std::any_of(section.streams.begin(), section.streams.end(),
                       [](const Stream& stream) { return stream.slot >= 0; });
  };
  if (std::any_of(schedule.sections.begin(), schedule.sections.end(), dispatches)) {
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

} // namespace

core::Expected<Totals> cycle(const Schedule& schedule, const CycleOptions& options) {
  Totals totals;
  totals.counters = countAll(schedule);
  totals.resources.resize(schedule.resources.size());
  totals.einsumBusy.resize(schedule.einsums.size());
  totals.path.resize(schedule.einsums.size() + 2);
  if (schedule.resources.size() >= static_cast<std::size_t>(kernel::kDelayLine)) {
    return core::failure({{{},
                           fmt::format("a schedule may use at most {} resources, this one has {}",
                                       kernel::kDelayLine - 1, schedule.resources.size()),
                           {}}});
  }
  std::optional<Probe> probe;
  if (options.waveform != nullptr) {
    probe.emplace(schedule, *options.waveform);
  }
  for (std::size_t i = 0; i < schedule.sections.size(); ++i) {
    const auto& section = schedule.sections[i];
    if (probe && probe->open()) {
      probe->section(i, totals.ticks);
    }
    Simulation simulation(schedule, section, options, probe ? &*probe : nullptr);
    if (!simulation.run()) {
      return core::failure({aboutSection(section, "stopped before the end")});
    }
    if (const auto stuck = simulation.deadlock(); !stuck.empty()) {
      return core::failure({aboutSection(section, "the schedule can never finish: " + stuck)});
    }
    simulation.addTo(totals);
  }
  EINSIGHT_INVARIANT(complete(schedule, totals, analytic(schedule)),
                     "the cycle engine must execute every instance exactly once");
  return totals;
}

} // namespace einsight::sim

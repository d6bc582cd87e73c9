#pragma once
#include "core/invariant.hpp"
#include "mappings/lower.hpp"
#include "sim/merge.hpp"
#include "sim/totals.hpp"
#include "tests/fuzz/input.hpp"

namespace einsight::fuzz {

/// From a mapping to the engines, as far as it is legal: the bound, and a simulation that is
/// stopped early. What verify() accepts cannot block, and the bound is never above the simulation.
inline void simulate(mappings::Mapping mapping, einsum::Cascade cascade, arch::Machine machine) {
  const auto verified =
      mappings::verify(std::move(mapping), std::move(cascade), std::move(machine));
  if (!verified) {
    return refused(verified.error());
  }
  auto schedule = mappings::lower(*verified);
  if (!schedule) {
    return refused(schedule.error());
  }
  for (auto& section : schedule->sections) {
    sim::mergeLoops(section);
  }
  const auto bound = sim::analytic(*schedule);
  bool stopped = false;
  sim::CycleOptions options;
  options.progress = [&](double) {
    stopped = true;
    return false;
  };
  const auto simulated = sim::cycle(*schedule, options);
  EINSIGHT_INVARIANT(simulated || stopped, "a legal mapping does not block");
  if (!simulated) {
    return;
  }
  EINSIGHT_INVARIANT(bound.ticks <= simulated->ticks, "the bound is not above the simulation");
  if (const auto result = sim::summarize(*schedule, *simulated, verified->machine().clockHertz());
      !result) {
    refused(result.error());
  }
}

} // namespace einsight::fuzz

#include "config/catalogue.hpp"
#include "explore/point.hpp"
#include "explore/roofs.hpp"
#include "sim/cycle/held.hpp"
#include "sim/half_ticks.hpp"
#include "sim/merge.hpp"
#include "sim/pe/pe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

core::Expected<sim::Totals> simulate(const sim::Schedule& schedule, const RunOptions& options) {
  if (options.engine == "analytic") {
    return sim::analytic(schedule, true);
  }
  sim::CycleOptions cycle;
  cycle.skip = options.skip;
  cycle.progress = options.progress;
  cycle.waveform = options.waveform;
  return sim::cycle(schedule, cycle);
}

/// Tells the waveform what memories hold too.
core::Expected<sim::Totals> simulateHeld(const Point& point, const RunOptions& options) {
  auto held = mappings::lowerWithHolds(point.mapping);
  if (!held) {
    return core::failure(std::move(held.error()));
  }
  for (std::size_t s = 0; s < held->schedule.sections.size(); ++s) {
    sim::mergeLoops(held->schedule.sections[s], held->holdings.sections[s]);
  }
  return sim::cycle(held->schedule, {options.skip, options.progress, options.waveform},
                    held->holdings);
}

/// The same schedule with one unit or port twice as fast.
core::Expected<void> addLimits(const Point& point, const RunOptions& options, sim::Wide ticks,
                               results::Result& result) {
  auto quiet = options;
  quiet.waveform = nullptr;
  const auto halved = sim::inHalfTicks(point.schedule);
  for (std::size_t r = 0; r < halved.resources.size(); ++r) {
    auto faster = halved;
    faster.resources[r].speedup = point.schedule.resources[r].speedup;
    const auto totals = simulate(faster, quiet);
    if (!totals) {
      return core::failure(totals.error());
    }
    result.limits.push_back({result.units[r].name, result.units[r].utilization,
                             2 * static_cast<double>(ticks) / static_cast<double>(totals->ticks)});
  }
  std::stable_sort(result.limits.begin(), result.limits.end(), [](const auto& a, const auto& b) {
    return a.speedupIfDoubled > b.speedupIfDoubled;
  });
  return {};
}

/// Every PE, with random inputs.
core::Expected<sim::PeRun> computeValues(const Point& point, const RunOptions& options) {
  const auto& cascade = point.mapping.cascade();
  if (auto fits = sim::checkPe(point.schedule, cascade, point.mapping.machine()); !fits) {
    return core::failure(std::move(fits.error())); // before numbers are drawn for large tensors
  }
  return sim::pe(point.schedule, cascade, point.mapping.machine(),
                 einsum::randomInputs(cascade, options.seed), {options.progress, options.waveform});
}

void addValues(const sim::PeRun& ran, const RunOptions& options, results::Result& result) {
  result.values = {options.seed, ran.largestDifference};
  result.notes.push_back(fmt::format(
      "every PE computed with random numbers (seed {}): the largest difference from the "
      "reference evaluation is {:.2g}",
      options.seed, ran.largestDifference));
  result.notes.push_back(fmt::format("the widest link between neighbours, in {}, carries {} {} in "
                                     "a cycle",
                                     ran.widestLinkOf, ran.widestLink,
                                     ran.widestLink == 1 ? "word" : "words"));
}

void addProvenance(const Point& point, results::Result& result) {
  const auto add = [&](const std::string& file) {
    if (const auto hash = config::hashOfFile(file); !hash.empty()) {
      result.inputs[file] = hash;
    }
  };
  add(point.mapping.cascade().file());
  add(point.mapping.mapping().file);
  for (const auto& file : point.mapping.machine().files()) {
    add(file);
  }
  result.version = EINSIGHT_VERSION;
}

} // namespace

core::Expected<results::Result> run(const Point& point, const RunOptions& options) {
  const auto& machine = point.mapping.machine();
  std::optional<sim::PeRun> cells;
  if (options.engine == "pe") {
    auto ran = computeValues(point, options);
    if (!ran) {
      return core::failure(std::move(ran.error()));
    }
    cells = std::move(*ran);
  }
  const bool watched = options.waveform != nullptr && options.engine == "cycle";
  const auto totals = cells     ? core::Expected<sim::Totals>(cells->totals)
                      : watched ? simulateHeld(point, options)
                                : simulate(point.schedule, options);
  if (!totals) {
    return core::failure(totals.error());
  }
  auto result = sim::summarize(point.schedule, *totals, machine.clockHertz());
  if (!result) {
    return result;
  }
  if (cells) {
    addValues(*cells, options, *result);
  }
  result->workload = point.mapping.cascade().name();
  result->machine = machine.name();
  result->mapping = point.mapping.mapping().name;
  result->engine = options.engine;
  result->areaUm2 = machine.area();
  result->areaReason = machine.areaReason();
  result->roofs = roofsOf(machine, *result);
  result->notes.insert(result->notes.end(), point.notes.begin(), point.notes.end());
  result->notes.insert(result->notes.end(), machine.notes().begin(), machine.notes().end());
  if (options.limits && !cells) {
    if (auto limits = addLimits(point, options, totals->ticks, *result); !limits) {
      return core::failure(std::move(limits.error()));
    }
  }
  addProvenance(point, *result);
  return result;
}

} // namespace einsight::explore

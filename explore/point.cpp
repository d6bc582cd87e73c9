#include "explore/point.hpp"

#include "config/catalogue.hpp"
#include "explore/inputs.hpp"
#include "explore/roofs.hpp"
#include "explore/search_mapping.hpp"
#include "mappings/catalogue.hpp"
#include "sim/merge.hpp"
#include "sim/pe/pe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

constexpr std::int64_t kShortSearch = 200'000; ///< steps: the same answer at any speed
/// A short search has no chance with more Einsums than these.
constexpr std::ptrdiff_t kSearchedEinsums = 8;

template <class T>
void collect(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
}

/// What was read of a request.
struct Parts {
  Shared<einsum::Cascade> cascade;
  Shared<arch::Machine> machine;
};

core::Expected<Parts> load(const PointRequest& request, Inputs& inputs) {
  auto problems = request.mistakes;
  Parts parts{inputs.cascade(request.workload, request.workloadSettings),
              inputs.machine(request.machine, request.machineSettings)};
  collect(*parts.cascade, problems);
  collect(*parts.machine, problems);
  if (!request.mapping.empty()) {
    collect(mappings::find(request.mapping), problems);
  }
  return problems.empty() ? core::Expected<Parts>(std::move(parts))
                          : core::failure(std::move(problems));
}

/// The mapping's wishes for the workload's own tile sizes, under what the user asked for.
core::Expected<core::Settings> wishes(const PointRequest& request, const Parts& parts,
                                      const mappings::Mapping& mapping) {
  auto settings = mappings::workloadParameters(mapping, **parts.cascade, **parts.machine);
  if (settings) {
    for (const auto& [name, value] : request.workloadSettings) {
      (*settings)[name] = value;
    }
  }
  return settings;
}

core::Expected<Point> prepare(const PointRequest& request, const Parts& parts,
                              const std::string& name, Inputs& inputs) {
  const auto file = mappings::find(name);
  if (!file) {
    return core::failure(file.error());
  }
  const auto read = [&](const einsum::Cascade& cascade) {
    return inputs.mapping(*file, cascade, **parts.machine, request.mappingSettings);
  };
  const auto first = read(**parts.cascade);
  if (!*first) {
    return core::failure(first->error());
  }
  const auto settings = wishes(request, parts, **first);
  if (!settings) {
    return core::failure(settings.error());
  }
  const auto cascade = inputs.cascade(request.workload, *settings);
  if (!*cascade) {
    return core::failure(cascade->error());
  }
  const auto mapping = read(**cascade);
  if (!*mapping) {
    return core::failure(mapping->error());
  }
  return explore::prepare(**mapping, **cascade, **parts.machine, name);
}

/// Where the catalogue has nothing: what a short search finds.
core::Expected<Point> prepareFound(const PointRequest& request) {
  MapRequest search;
  search.workload = request.workload;
  search.machine = request.machine;
  search.workloadSettings = request.workloadSettings;
  search.machineSettings = request.machineSettings;
  search.steps = kShortSearch;
  search.compare = false;
  if (!request.mappingSettings.empty()) {
    return core::failure({});
  }
  return searchMapping(search).map([](MapAnswer found) {
    found.point.searched = true;
    found.point.notes.push_back(
        fmt::format("no mapping of the catalogue is legal here: this one was searched for ({}); "
                    "einsight map can search longer and writes it to a file",
                    found.optimal ? "optimal in its space on the bound" : "best found"));
    return std::move(found.point);
  });
}

/// Where nothing is found either: what any cascade can be mapped with.
core::Expected<Point> prepareGeneral(const PointRequest& request, const Parts& parts,
                                     Inputs& inputs) {
  for (const auto& name : mappings::generalMappings()) {
    if (auto point = prepare(request, parts, name, inputs)) {
      point->notes.push_back(
          fmt::format("no mapping of the catalogue is made for this cascade: {} runs any; "
                      "einsight map searches for a better one",
                      name));
      return point;
    }
  }
  return core::failure({});
}

/// Whether a short search can find something.
bool isSmall(const einsum::Cascade& cascade) {
  const auto einsums = cascade.einsums();
  return std::count_if(einsums.begin(), einsums.end(),
                       [](const auto& einsum) { return !einsum.view; }) <= kSearchedEinsums;
}

/// Without a mapping: the first of the catalogue that is made for the cascade and legal here.
core::Expected<Point> prepareDefault(const PointRequest& request, const Parts& parts,
                                     Inputs& inputs) {
  const auto candidates = inputs.candidates(**parts.cascade);
  core::Problems reasons;
  for (const auto& name : *candidates) {
    auto point = prepare(request, parts, name, inputs);
    if (point) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      return point;
    }
    reasons.insert(reasons.end(), point.error().begin(), point.error().end());
  }
  if (isSmall(**parts.cascade)) {
    if (auto found = prepareFound(request)) {
      return found;
    }
  }
  if (auto general = prepareGeneral(request, parts, inputs)) {
    return general;
  }
  if (candidates->empty()) {
    const auto& cascade = **parts.cascade;
    reasons.push_back({{cascade.file(), 1, 1, cascade.name()},
                       "no mapping of the catalogue is for this workload, and none was found",
                       "give one with -m; docs/mappings.md shows how to write it"});
  }
  return core::failure(std::move(reasons));
}

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

/// The same schedule with one unit or port twice as fast.
core::Expected<void> addLimits(const Point& point, const RunOptions& options, sim::Wide ticks,
                               results::Result& result) {
  auto quiet = options;
  quiet.waveform = nullptr;
  for (std::size_t r = 0; r < point.schedule.resources.size(); ++r) {
    auto faster = point.schedule;
    faster.resources[r].speedup = core::Rational(2);
    const auto totals = simulate(faster, quiet);
    if (!totals) {
      return core::failure(totals.error());
    }
    result.limits.push_back({result.units[r].name, result.units[r].utilization,
                             static_cast<double>(ticks) / static_cast<double>(totals->ticks)});
  }
  std::stable_sort(result.limits.begin(), result.limits.end(), [](const auto& a, const auto& b) {
    return a.speedupIfDoubled > b.speedupIfDoubled;
  });
  return {};
}

/// Every PE, with random inputs.
core::Expected<sim::PeRun> computeValues(const Point& point, const RunOptions& options) {
  const auto& cascade = point.mapping.cascade();
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

core::Expected<Point> prepare(mappings::Mapping mapping, einsum::Cascade cascade,
                              arch::Machine machine, const std::string& name) {
  auto verified = mappings::verify(std::move(mapping), std::move(cascade), std::move(machine));
  if (!verified) {
    return core::failure(std::move(verified.error()));
  }
  auto schedule = mappings::lower(*verified);
  if (!schedule) {
    return core::failure(std::move(schedule.error()));
  }
  for (auto& section : schedule->sections) {
    sim::mergeLoops(section);
  }
  return Point{std::move(*verified), std::move(*schedule), name, {}};
}

core::Expected<Point> prepare(const PointRequest& request, Inputs& inputs) {
  const auto parts = load(request, inputs);
  if (!parts) {
    return core::failure(parts.error());
  }
  return request.mapping.empty() ? prepareDefault(request, *parts, inputs)
                                 : prepare(request, *parts, request.mapping, inputs);
}

core::Expected<Point> prepare(const PointRequest& request) {
  Inputs inputs;
  return prepare(request, inputs);
}

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
  const auto totals =
      cells ? core::Expected<sim::Totals>(cells->totals) : simulate(point.schedule, options);
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

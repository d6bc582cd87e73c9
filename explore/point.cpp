#include "explore/point.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "explore/search_mapping.hpp"
#include "mappings/catalogue.hpp"
#include "sim/merge.hpp"
#include "sim/pe/pe.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

constexpr std::int64_t kShortSearch = 10; ///< seconds

template <class T>
void collect(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
}

struct Inputs {
  einsum::Cascade cascade;
  arch::Machine machine;
};

core::Expected<Inputs> load(const PointRequest& request) {
  auto problems = request.mistakes;
  auto cascade = workloads::load(request.workload, request.workloadSettings);
  auto machine = arch::load(request.machine, request.machineSettings);
  collect(cascade, problems);
  collect(machine, problems);
  if (!request.mapping.empty()) {
    collect(mappings::find(request.mapping), problems);
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return Inputs{std::move(*cascade), std::move(*machine)};
}

/// The mapping's wishes for the workload's own tile sizes, under what the user asked for.
core::Expected<einsum::Cascade> withParameters(const PointRequest& request, const Inputs& inputs,
                                               const mappings::Mapping& mapping) {
  auto settings = mappings::workloadParameters(mapping, inputs.cascade, inputs.machine);
  if (!settings) {
    return core::failure(std::move(settings.error()));
  }
  for (const auto& [name, value] : request.workloadSettings) {
    (*settings)[name] = value;
  }
  return workloads::load(request.workload, *settings);
}

core::Expected<Point> prepare(const PointRequest& request, const Inputs& inputs,
                              const std::string& name) {
  const auto file = mappings::find(name);
  if (!file) {
    return core::failure(file.error());
  }
  const std::vector<std::filesystem::path> folders{config::catalogueRoot() / "mappings"};
  const auto read = [&](const einsum::Cascade& cascade) {
    return mappings::readMapping(*file, cascade, inputs.machine, request.mappingSettings, folders);
  };
  const auto first = read(inputs.cascade);
  if (!first) {
    return core::failure(first.error());
  }
  auto cascade = withParameters(request, inputs, *first);
  if (!cascade) {
    return core::failure(std::move(cascade.error()));
  }
  auto mapping = read(*cascade);
  if (!mapping) {
    return core::failure(std::move(mapping.error()));
  }
  return explore::prepare(std::move(*mapping), std::move(*cascade), inputs.machine, name);
}

/// Where the catalogue has nothing: what a short search finds.
core::Expected<Point> prepareFound(const PointRequest& request) {
  MapRequest search;
  search.workload = request.workload;
  search.machine = request.machine;
  search.workloadSettings = request.workloadSettings;
  search.machineSettings = request.machineSettings;
  search.seconds = kShortSearch;
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

/// Without a mapping: the first of the catalogue that is made for the cascade and legal here.
core::Expected<Point> prepareDefault(const PointRequest& request, const Inputs& inputs) {
  const auto candidates = mappings::candidates(inputs.cascade);
  core::Problems reasons;
  for (const auto& name : candidates) {
    auto point = prepare(request, inputs, name);
    if (point) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      return point;
    }
    reasons.insert(reasons.end(), point.error().begin(), point.error().end());
  }
  if (auto found = prepareFound(request)) {
    return found;
  }
  if (candidates.empty()) {
    reasons.push_back({{inputs.cascade.file(), 1, 1, inputs.cascade.name()},
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
  const auto& mapping = point.mapping;
  add(mapping.cascade().file());
  add(mapping.mapping().file);
  for (const auto& file : mapping.machine().files()) {
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

core::Expected<Point> prepare(const PointRequest& request) {
  const auto inputs = load(request);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  return request.mapping.empty() ? prepareDefault(request, *inputs)
                                 : prepare(request, *inputs, request.mapping);
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

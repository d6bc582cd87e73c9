#include "explore/point.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "mappings/catalogue.hpp"
#include "sim/merge.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

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
  core::Problems problems;
  auto cascade = workloads::load(request.workload, request.workloadSettings);
  auto machine = arch::load(request.machine, request.machineSettings);
  collect(cascade, problems);
  collect(machine, problems);
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
  auto verified = mappings::verify(std::move(*mapping), std::move(*cascade), inputs.machine);
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
  if (candidates.empty()) {
    reasons.push_back({{inputs.cascade.file(), 1, 1, inputs.cascade.name()},
                       "no mapping of the catalogue is for this workload",
                       "give one with -m; docs/mappings.md shows how to write it"});
  }
  return core::failure(std::move(reasons));
}

core::Expected<sim::Totals> simulate(const sim::Schedule& schedule, const RunOptions& options) {
  if (options.engine == "analytic") {
    return sim::analytic(schedule);
  }
  sim::CycleOptions cycle;
  cycle.skip = options.skip;
  cycle.progress = options.progress;
  return sim::cycle(schedule, cycle);
}

/// The same schedule with one unit or port twice as fast.
core::Expected<void> addLimits(const Point& point, const RunOptions& options, sim::Wide ticks,
                               results::Result& result) {
  for (std::size_t r = 0; r < point.schedule.resources.size(); ++r) {
    auto faster = point.schedule;
    faster.resources[r].speedup = core::Rational(2);
    const auto totals = simulate(faster, options);
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

core::Expected<Point> prepare(const PointRequest& request) {
  const auto inputs = load(request);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  return request.mapping.empty() ? prepareDefault(request, *inputs)
                                 : prepare(request, *inputs, request.mapping);
}

core::Expected<results::Result> run(const Point& point, const RunOptions& options) {
  const auto totals = simulate(point.schedule, options);
  if (!totals) {
    return core::failure(totals.error());
  }
  const auto& machine = point.mapping.machine();
  auto result = sim::summarize(point.schedule, *totals, machine.clockHertz());
  if (!result) {
    return result;
  }
  result->workload = point.mapping.cascade().name();
  result->machine = machine.name();
  result->mapping = point.mapping.mapping().name;
  result->engine = options.engine;
  result->areaUm2 = machine.area();
  result->areaReason = machine.areaReason();
  result->notes.insert(result->notes.end(), point.notes.begin(), point.notes.end());
  result->notes.insert(result->notes.end(), machine.notes().begin(), machine.notes().end());
  if (options.limits) {
    if (auto limits = addLimits(point, options, totals->ticks, *result); !limits) {
      return core::failure(std::move(limits.error()));
    }
  }
  addProvenance(point, *result);
  return result;
}

} // namespace einsight::explore

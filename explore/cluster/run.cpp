#include "config/catalogue.hpp"
#include "core/format.hpp"
#include "core/invariant.hpp"
#include "explore/cluster/point.hpp"
#include "sim/totals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::explore {
namespace {

namespace cluster = mappings::cluster;

const core::Rational kHertz(cluster::kClusterHertz);

core::Expected<sim::Totals> simulate(const sim::Schedule& schedule, const RunOptions& options,
                                     const std::string& machine) {
  if (options.engine == "analytic") {
    return sim::analytic(schedule); // no loops, so no recurrences
  }
  if (options.engine == "cycle") {
    sim::CycleOptions cycle;
    cycle.skip = false; // no loops, so nothing repeats
    cycle.progress = options.progress;
    cycle.waveform = options.waveform;
    return sim::cycle(schedule, cycle);
  }
  return core::failure({{{{}, 0, 0, "--engine"},
                         fmt::format("engine {} simulates spatial arrays; '{}' is a cluster",
                                     options.engine, machine),
                         "--engine cycle or --engine analytic"}});
}

double secondsOfTotals(const sim::Schedule& schedule, const sim::Totals& totals) {
  return static_cast<double>(totals.ticks) / static_cast<double>(schedule.ticksPerCycle) /
         kHertz.toDouble();
}

/// What must hold in every run: nothing is lost on a link, nobody works longer than the run takes.
void checkConservation(const sim::Schedule& schedule, const sim::Totals& totals,
                       const results::Result& result) {
  for (const auto& level : result.levels) {
    EINSIGHT_INVARIANT(level.readBytes == level.writeBytes,
                       "a link must deliver every byte that was sent");
  }
  for (std::size_t r = 0; r < schedule.resources.size(); ++r) {
    EINSIGHT_INVARIANT(totals.resources[r].busy <= totals.ticks,
                       "a device or port must not be busy for longer than the run takes");
  }
}

/// Work by name: of so many devices, each as busy as their mean.
void addEinsums(const ClusterPoint& point, results::Result& result) {
  std::map<std::string, std::set<int>> devices;
  for (const auto& task : point.plan.graph.tasks()) {
    if (task.kind == cluster::Task::Kind::Compute) {
      devices[task.name].insert(task.device);
    }
  }
  for (auto& einsum : result.einsums) {
    const auto& doing = devices[einsum.name];
    const auto count = static_cast<double>(doing.size());
    einsum.unit = doing.size() == 1 ? point.cluster.deviceName(*doing.begin())
                                    : fmt::format("{} devices", doing.size());
    einsum.utilization =
        count > 0 ? einsum.busyCycles / count / (result.seconds * kHertz.toDouble()) : 0;
  }
}

/// The resources that one limit makes faster: devices, or the ports of a link.
struct Faster {
  std::string name;
  std::vector<std::size_t> resources;
};

std::vector<Faster> fasterOf(const ClusterPoint& point) {
  std::vector<Faster> all{{"devices", {}}};
  for (const auto& link : point.cluster.data().links) {
    all.push_back({link.name, {}});
  }
  for (std::size_t r = 0; r < point.schedule.resources.size(); ++r) {
    const auto& resource = point.schedule.resources[r];
    for (auto& faster : all) {
      if (resource.port ? resource.name.starts_with(faster.name + " ") : faster.name == "devices") {
        faster.resources.push_back(r);
      }
    }
  }
  std::erase_if(all, [](const Faster& faster) { return faster.resources.empty(); });
  return all;
}

core::Expected<void> addLimits(const ClusterPoint& point, const RunOptions& options,
                               results::Result& result) {
  auto quiet = options;
  quiet.waveform = nullptr;
  for (const auto& faster : fasterOf(point)) {
    auto schedule = point.schedule;
    double busiest = 0;
    for (const auto r : faster.resources) {
      schedule.resources[r].speedup = core::Rational(2);
      busiest = std::max(busiest, result.units[r].utilization);
    }
    const auto totals = simulate(schedule, quiet, point.cluster.name());
    if (!totals) {
      return core::failure(totals.error());
    }
    result.limits.push_back(
        {faster.name, busiest, result.seconds / secondsOfTotals(schedule, *totals)});
  }
  std::stable_sort(result.limits.begin(), result.limits.end(), [](const auto& a, const auto& b) {
    return a.speedupIfDoubled > b.speedupIfDoubled;
  });
  return {};
}

void addProvenance(const ClusterPoint& point, results::Result& result) {
  const auto add = [&](const std::string& file) {
    if (const auto hash = config::hashOfFile(file); !hash.empty()) {
      result.inputs[file] = hash;
    }
  };
  add(point.cascade.file());
  add(point.mapping.file);
  for (const auto& file : point.cluster.data().files) {
    add(file);
  }
  result.version = EINSIGHT_VERSION;
}

void describe(const ClusterPoint& point, results::Result& result) {
  result.workload = point.cascade.name();
  result.machine = point.cluster.name();
  result.mapping = point.mapping.name;
  result.energy.total.reset();
  result.energy.reason = "no energy table covers clusters";
  result.areaReason = "no area table covers clusters";
  double peak = 0;
  for (const int device : point.plan.devices) {
    const auto* gpu = point.cluster.groupOf(device).gpu();
    peak += gpu != nullptr ? gpu->peakFlops("fp16") : 0;
  }
  result.peakFlops = peak > 0 ? std::optional(peak) : std::nullopt;
  result.notes = point.notes;
  const auto& group = point.cluster.groupOf(point.plan.devices.front());
  result.notes.push_back(fmt::format("each device holds at most {} of its {}",
                                     core::formatBytes(point.plan.residentBytes),
                                     core::formatBytes(static_cast<double>(group.memoryBytes()))));
}

} // namespace

core::Expected<double> secondsOf(const ClusterPoint& point, const std::string& engine) {
  RunOptions options;
  options.engine = engine;
  return simulate(point.schedule, options, point.cluster.name()).map([&](const auto& totals) {
    return secondsOfTotals(point.schedule, totals);
  });
}

core::Expected<results::Result> run(const ClusterPoint& point, const RunOptions& options) {
  const auto totals = simulate(point.schedule, options, point.cluster.name());
  if (!totals) {
    return core::failure(totals.error());
  }
  auto result = sim::summarize(point.schedule, *totals, kHertz);
  if (!result) {
    return core::failure(std::move(result.error()));
  }
  result->engine = options.engine;
  result->cycles.reset();
  for (auto& unit : result->units) { // a device is one unit: the share of the time it works
    unit.utilization =
        result->seconds > 0 ? unit.busyCycles / (result->seconds * kHertz.toDouble()) : 0;
  }
  checkConservation(point.schedule, *totals, *result);
  addEinsums(point, *result);
  describe(point, *result);
  if (options.limits) {
    if (auto limits = addLimits(point, options, *result); !limits) {
      return core::failure(std::move(limits.error()));
    }
  }
  addProvenance(point, *result);
  return std::move(*result);
}

} // namespace einsight::explore

#include "explore/cluster_point.hpp"

#include "config/catalogue.hpp"
#include "config/node.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

namespace cluster = mappings::cluster;

template <class T>
void collect(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
}

struct Inputs {
  einsum::Cascade cascade;
  arch::Cluster machine;
};

core::Expected<Inputs> load(const PointRequest& request) {
  auto problems = request.mistakes;
  auto cascade = workloads::load(request.workload, request.workloadSettings);
  auto machine = arch::loadCluster(request.machine, request.machineSettings);
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

core::Expected<ClusterPoint> prepareWith(const PointRequest& request, const Inputs& inputs,
                                         const std::string& name, PieceTimes& times) {
  const auto file = mappings::find(name);
  if (!file) {
    return core::failure(file.error());
  }
  auto mapping =
      cluster::readMapping(*file, request.mappingSettings, {config::catalogueRoot() / "mappings"});
  if (!mapping) {
    return core::failure(std::move(mapping.error()));
  }
  auto plan = cluster::plan(*mapping, inputs.cascade, inputs.machine,
                            [&](const cluster::Call& call) { return times.of(call); });
  if (!plan) {
    return core::failure(std::move(plan.error()));
  }
  auto schedule = cluster::lower(plan->graph, inputs.machine);
  if (!schedule) {
    return core::failure(std::move(schedule.error()));
  }
  return ClusterPoint{inputs.cascade, inputs.machine, std::move(*mapping), std::move(*plan),
                      std::move(*schedule)};
}

/// The catalogue's mappings of kind cluster, the best first (key `preference`).
std::vector<std::string> candidates() {
  const auto folder = config::catalogueRoot() / "mappings";
  std::vector<std::pair<std::string, std::string>> ranked;
  for (const auto& entry : mappings::list()) {
    if (entry.kind == "cluster") {
      const auto file = mappings::find(entry.name);
      const auto root = file ? config::load(*file, {folder}) : core::failure({});
      const auto* preference = root ? root->find("preference") : nullptr;
      ranked.emplace_back(preference == nullptr ? "~" : preference->scalar, entry.name);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto& [rank, name] : ranked) {
    names.push_back(std::move(name));
  }
  return names;
}

core::Expected<ClusterPoint> prepareDefault(const PointRequest& request, const Inputs& inputs,
                                            PieceTimes& times) {
  core::Problems reasons;
  for (const auto& name : candidates()) {
    auto point = prepareWith(request, inputs, name, times);
    if (point) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      return point;
    }
    reasons.insert(reasons.end(), point.error().begin(), point.error().end());
  }
  return core::failure(std::move(reasons));
}

} // namespace

core::Expected<ClusterPoint> prepareCluster(const PointRequest& request, PieceTimes& times) {
  const auto inputs = load(request);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  return request.mapping.empty() ? prepareDefault(request, *inputs, times)
                                 : prepareWith(request, *inputs, request.mapping, times);
}

core::Expected<ClusterPoint> prepareCluster(const PointRequest& request) {
  PieceTimes times;
  return prepareCluster(request, times);
}

} // namespace einsight::explore

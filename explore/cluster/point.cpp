#include "explore/cluster/point.hpp"

#include "config/catalogue.hpp"
#include "explore/preference.hpp"
#include "explore/request_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

namespace cluster = mappings::cluster;
using Parts = RequestParts<arch::Cluster>;

core::Expected<ClusterPoint> prepareWith(const PointRequest& request, const Parts& parts,
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
  auto plan = cluster::plan(*mapping, **parts.cascade, **parts.machine,
                            [&](const cluster::Call& call) { return times.of(call); });
  if (!plan) {
    return core::failure(std::move(plan.error()));
  }
  auto schedule = cluster::lower(plan->graph, **parts.machine);
  if (!schedule) {
    return core::failure(std::move(schedule.error()));
  }
  return ClusterPoint{**parts.cascade, **parts.machine, std::move(*mapping), std::move(*plan),
                      std::move(*schedule)};
}

core::Expected<ClusterPoint> prepareDefault(const PointRequest& request, const Parts& parts,
                                            PieceTimes& times) {
  core::Problems reasons;
  for (const auto& name : byPreference("cluster")) {
    auto point = prepareWith(request, parts, name, times);
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
  Inputs inputs;
  auto machine = std::make_shared<const core::Expected<arch::Cluster>>(
      arch::loadCluster(request.machine, request.machineSettings));
  const auto parts = partsOf<arch::Cluster>(request, std::move(machine), inputs);
  if (!parts) {
    return core::failure(parts.error());
  }
  return request.mapping.empty() ? prepareDefault(request, *parts, times)
                                 : prepareWith(request, *parts, request.mapping, times);
}

core::Expected<ClusterPoint> prepareCluster(const PointRequest& request) {
  PieceTimes times;
  return prepareCluster(request, times);
}

} // namespace einsight::explore

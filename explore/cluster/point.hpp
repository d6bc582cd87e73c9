#pragma once
#include "arch/cluster/cluster.hpp"
#include "explore/piece_times.hpp"
#include "explore/point.hpp"

/// One point on a cluster: an operator or a layer over its devices, from names to numbers.
namespace einsight::explore {

/// Everything that is known before an engine runs.
struct ClusterPoint {
  einsum::Cascade cascade;
  arch::Cluster cluster;
  mappings::cluster::Mapping mapping;
  mappings::cluster::Plan plan;
  sim::Schedule schedule;
  std::vector<std::string> notes{}; ///< e.g. which mapping was chosen, and why
};

/// Reads, checks, plans and lowers; what pieces cost is simulated on the GPU of the cluster, or
/// known to `times` already. Without a mapping: the first of the catalogue's for clusters that can
/// be done. All problems at once.
core::Expected<ClusterPoint> prepareCluster(const PointRequest& request, PieceTimes& times);
core::Expected<ClusterPoint> prepareCluster(const PointRequest& request);

/// Runs engine `analytic` or `cycle` and fills every field of the result but `validated`. There are
/// no cycles (a cluster has no clock): units are in nanoseconds. Levels are links, with the bytes
/// that were sent (read) and received (written). `limits` are the devices and each link twice as
/// fast.
core::Expected<results::Result> run(const ClusterPoint& point, const RunOptions& options = {});

/// Seconds on the engine, without limits.
core::Expected<double> secondsOf(const ClusterPoint& point, const std::string& engine = "cycle");

} // namespace einsight::explore

#pragma once
#include "mappings/cluster/graph.hpp"
#include "sim/totals.hpp"

namespace einsight::mappings::cluster::test {

/// A cluster of `devices` GPUs and one link with those keys.
arch::Cluster clusterWith(int devices, const std::string& link);

/// The totals of a graph on engine `cycle`, or a test failure.
sim::Totals run(const sim::Schedule& schedule);

/// Seconds of a graph on engine `cycle`.
double secondsOf(const Graph& graph, const arch::Cluster& cluster);

} // namespace einsight::mappings::cluster::test

#pragma once
#include "arch/cluster/cluster.hpp"
#include "explore/cluster/point.hpp"
#include "report/table.hpp"

namespace einsight::cli {

/// A cluster as tables: devices with their memory and price, links with their rates, what was
/// fitted, and where the numbers come from.
std::string describe(const arch::Cluster& cluster, const report::Style& style);

/// A CPU as a device: cores, memory, price, sources.
std::string describe(const arch::Cpu& cpu, const report::Style& style);

/// How a mapping divides the work: the grid, what a device holds, and per kind of work and message
/// how many there are, how long or how large they are, and on what they are.
std::string clusterPlanText(const explore::ClusterPoint& point, const report::Style& style);

} // namespace einsight::cli

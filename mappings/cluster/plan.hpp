#pragma once
#include "einsum/cascade.hpp"
#include "mappings/cluster/mapping.hpp"

#include <functional>

/// From a mapping, a workload and a cluster to what every device does.
namespace einsight::mappings::cluster {

/// A piece with its sizes, on a device of a group.
struct Call {
  const Piece* piece = nullptr;
  std::string kernel;       ///< mapping of kind gpu; empty: the catalogue's first
  std::string machine;      ///< of the device
  core::Settings given;     ///< parameters that the mapping states
  core::Settings inherited; ///< those of the run's workload, divided: where the piece has them too
};

struct Cost {
  double seconds = 0, flops = 0;
};

/// What a call of a piece with a workload costs, by simulation of its kernels. Pieces without one
/// are not asked for.
using CostOf = std::function<core::Expected<Cost>(const Call&)>;

struct Plan {
  Graph graph;
  std::vector<int> devices;                 ///< of the cluster that take part, by number
  double residentBytes = 0;                 ///< of each of them, at most
  std::map<std::string, std::int64_t> axes; ///< of the grid and of repeats, with their sizes
  std::vector<std::string> notes;
};

/// Seconds of kernels that move bytes element by element, on a device.
double secondsOf(const Pass& pass, double elements, const arch::DeviceGroup& device);
/// Seconds of a kernel that does so many operations on so many bytes, whichever takes longer, at
/// the rates that the device sustains (16-bit operands on a GPU).
double secondsOf(double flops, double read, double write, const arch::DeviceGroup& device);

/// Checks that the mapping can be done (sizes that divide, memory that suffices, a mask that it
/// knows) and plans it. Every problem at once, each with the amount by which it misses.
core::Expected<Plan> plan(const Mapping& mapping, const einsum::Cascade& cascade,
                          const arch::Cluster& cluster, const CostOf& costOf);

} // namespace einsight::mappings::cluster

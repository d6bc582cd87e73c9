#pragma once
#include "mappings/cluster/graph.hpp"

/// Collective operations as messages.
namespace einsight::mappings::cluster {

/// How a collective goes.
enum class Way {
  Ring,  ///< in steps, from each device to the next of the list
  Direct ///< every device sends to every other at once
};

/// Per device of a list: tasks that must have ended before it may send or receive; and, from a
/// collective, those after which it has what it should.
using Fronts = std::vector<std::vector<int>>;

/// Every device has `bytes` of its own and gets those of all others: n-1 messages of `bytes` leave
/// each. Source: Patarasuk and Yuan (JPDC 2009), section 4, for the ring.
Fronts allGather(Graph& graph, const std::vector<int>& devices, const std::string& name,
                 double bytes, const Fronts& after, Way way);

/// Every device has `bytes` to be added up and gets its share of the sum, bytes/n: n-1 messages of
/// bytes/n leave each. `addSeconds`: what adding bytes/n takes a device.
Fronts reduceScatter(Graph& graph, const std::vector<int>& devices, const std::string& name,
                     double bytes, const Fronts& after, Way way, double addSeconds = 0);

/// Every device has `bytes` to be added up and gets the whole sum. Ring: reduce-scatter, then
/// all-gather, 2(n-1) messages of bytes/n from each; direct: n-1 messages of `bytes` from each.
/// Source: Patarasuk and Yuan (JPDC 2009).
Fronts allReduce(Graph& graph, const std::vector<int>& devices, const std::string& name,
                 double bytes, const Fronts& after, Way way, double addSeconds = 0);

/// Every device has `bytes`, of which each other device gets the n-th part: n-1 messages of bytes/n
/// leave each, to its next first.
Fronts allToAll(Graph& graph, const std::vector<int>& devices, const std::string& name,
                double bytes, const Fronts& after);

} // namespace einsight::mappings::cluster

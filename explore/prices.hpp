#pragma once
#include "arch/cluster/cluster.hpp"

/// Prices that a user knows better than the files of the machines.
namespace einsight::explore {

/// Dollars per hour by the name of a device's machine.
using Prices = std::map<std::string, double>;

/// The cluster with these prices of its devices; where one of them is among the cluster's, it costs
/// the sum of its devices. Fails on a price that is not above zero.
core::Expected<arch::Cluster> priced(const arch::Cluster& cluster, const Prices& prices);

} // namespace einsight::explore

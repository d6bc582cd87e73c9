#include "explore/prices.hpp"

namespace einsight::explore {

core::Expected<arch::Cluster> priced(const arch::Cluster& cluster, const Prices& prices) {
  auto data = cluster.data();
  for (auto& group : data.groups) {
    if (const auto price = prices.find(group.machine); price != prices.end()) {
      group.dollarsPerHour = price->second;
      data.dollarsPerHour.reset();
    }
  }
  return arch::check(std::move(data));
}

} // namespace einsight::explore

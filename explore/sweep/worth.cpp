#include "explore/sweep/worth.hpp"

#include <fmt/format.h>

namespace einsight::explore::sweep {
namespace {

void setTokens(results::Worth& worth, const einsum::Cascade& cascade) {
  const auto sequences = cascade.parameter("B");
  const auto positions = cascade.parameter("P");
  if (sequences && positions) {
    worth.tokens = static_cast<double>(*sequences) * static_cast<double>(*positions);
  } else {
    worth.tokensReason =
        fmt::format("'{}' has no parameters B and P, whose product is its tokens", cascade.name());
  }
}

void setPrice(results::Worth& worth, const std::string& machine,
              const std::optional<double>& usdPerHour) {
  worth.usdPerHour = usdPerHour;
  if (!usdPerHour) {
    worth.priceReason = fmt::format("no price is known for '{}'", machine);
  }
}

/// Of a cluster with these prices.
std::optional<double> hourOf(const arch::Cluster& cluster, const Prices& prices) {
  const auto known = priced(cluster, prices);
  return known ? known->dollarsPerHour() : std::nullopt;
}

void fillFrom(results::Worth& worth, const Point& point, const Prices&) {
  setTokens(worth, point.mapping.cascade());
  setPrice(worth, point.mapping.machine().name(), std::nullopt);
}

void fillFrom(results::Worth& worth, const GpuPoint& point, const Prices& prices) {
  const auto price = prices.find(point.gpu.name());
  setTokens(worth, point.cascade);
  setPrice(worth, point.gpu.name(),
           price == prices.end() ? point.gpu.data().dollarsPerHour : price->second);
}

void fillFrom(results::Worth& worth, const ClusterPoint& point, const Prices& prices) {
  setTokens(worth, point.cascade);
  setPrice(worth, point.cluster.name(), hourOf(point.cluster, prices));
}

/// The result of a machine that serves has its own throughput and price.
void fillFrom(results::Worth& worth, const ServingPoint& point, const Prices&) {
  setPrice(worth, point.cluster->name(), point.cluster->dollarsPerHour());
}

} // namespace

results::Worth worthOf(const AnyPoint& point, const Prices& prices) {
  results::Worth worth;
  std::visit([&](const auto& known) { fillFrom(worth, known, prices); }, point);
  return worth;
}

} // namespace einsight::explore::sweep

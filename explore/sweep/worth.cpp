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

void fillFrom(results::Worth& worth, const Point& point) {
  setTokens(worth, point.mapping.cascade());
  setPrice(worth, point.mapping.machine().name(), std::nullopt);
}

void fillFrom(results::Worth& worth, const GpuPoint& point) {
  setTokens(worth, point.cascade);
  setPrice(worth, point.gpu.name(), point.gpu.data().dollarsPerHour);
}

void fillFrom(results::Worth& worth, const ClusterPoint& point) {
  setTokens(worth, point.cascade);
  setPrice(worth, point.cluster.name(), point.cluster.dollarsPerHour());
}

/// The result of a machine that serves has its own throughput and price.
void fillFrom(results::Worth& worth, const ServingPoint& point) {
  setPrice(worth, point.cluster->name(), point.cluster->dollarsPerHour());
}

} // namespace

results::Worth worthOf(const AnyPoint& point) {
  results::Worth worth;
  std::visit([&](const auto& known) { fillFrom(worth, known); }, point);
  return worth;
}

} // namespace einsight::explore::sweep

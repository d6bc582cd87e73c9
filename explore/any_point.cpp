#include "explore/any_point.hpp"

#include "arch/catalogue.hpp"

namespace einsight::explore {

core::Expected<AnyPoint> prepareAny(const PointRequest& request) {
  const auto kind = arch::kindOf(request.machine);
  if (kind && *kind == "gpu") {
    return prepareGpu(request).map([](GpuPoint point) { return AnyPoint(std::move(point)); });
  }
  return prepare(request).map([](Point point) { return AnyPoint(std::move(point)); });
}

core::Expected<results::Result> run(const AnyPoint& point, const RunOptions& options) {
  return std::visit([&](const auto& known) { return run(known, options); }, point);
}

} // namespace einsight::explore

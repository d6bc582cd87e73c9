#include "explore/any_point.hpp"

#include "explore/inputs.hpp"

namespace einsight::explore {

core::Expected<AnyPoint> prepareAny(const PointRequest& request) {
  Inputs inputs;
  return prepareAny(request, inputs);
}

core::Expected<AnyPoint> prepareAny(const PointRequest& request, Inputs& inputs) {
  const auto known = inputs.kind(request.machine);
  const auto& kind = *known;
  if (kind && isServing(request, *kind)) {
    return prepareServing(request).map(
        [](ServingPoint point) { return AnyPoint(std::move(point)); });
  }
  if (kind && *kind == "gpu") {
    return prepareGpu(request, {}, inputs).map([&](GpuPoint point) {
      if (workloads::isTransformer(request.workload)) {
        point.notes.emplace_back(
            "one layer's attention; a machine of kind cluster serves the whole "
            "model (docs/serving.md)");
      }
      return AnyPoint(std::move(point));
    });
  }
  if (kind && *kind == "cluster") {
    return prepareCluster(request).map(
        [](ClusterPoint point) { return AnyPoint(std::move(point)); });
  }
  return prepare(request, inputs).map([](Point point) { return AnyPoint(std::move(point)); });
}

core::Expected<results::Result> run(const AnyPoint& point, const RunOptions& options) {
  return std::visit([&](const auto& known) { return run(known, options); }, point);
}

} // namespace einsight::explore

#include "explore/any_point.hpp"

#include "explore/inputs.hpp"
#include "workloads/lengths.hpp"

#include <fmt/format.h>

namespace einsight::explore {
namespace {

/// Of sequences that differ in length, which only GPUs know.
void addLengths(const PointRequest& request, Point& point) {
  const auto lengths = workloads::lengthsOf(request.workload, point.mapping.cascade());
  if (lengths && *lengths) {
    point.notes.push_back(
        fmt::format("each of the {} sequences takes all of {} here: `lengths` are "
                    "for GPUs",
                    (*lengths)->values.size(), (*lengths)->of));
  }
}

} // namespace

core::Expected<AnyPoint> prepareAny(const PointRequest& request) {
  Inputs inputs;
  auto point = prepareAny(request, inputs);
  if (auto* spatial = point ? std::get_if<Point>(&*point) : nullptr) {
    addLengths(request, *spatial);
  }
  return point;
}

core::Expected<AnyPoint> prepareAny(const PointRequest& request, Inputs& inputs,
                                    const Prices& prices) {
  const auto known = inputs.kind(request.machine);
  const auto& kind = *known;
  if (kind && isServing(request, *kind)) {
    return prepareServing(request, prices).map([](ServingPoint point) {
      return AnyPoint(std::move(point));
    });
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

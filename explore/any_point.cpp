#include "explore/any_point.hpp"

#include "config/read_once.hpp"
#include "explore/inputs.hpp"
#include "mappings/catalogue.hpp"
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

/// That the mapping is for machines of another kind, told before what it would lack for this one.
core::Problems otherKind(const PointRequest& request, const std::string& kind) {
  const auto file = mappings::find(request.mapping);
  const auto wanted = file ? mappings::kindOf(*file) : core::failure({});
  if (!wanted || *wanted == kind) {
    return {};
  }
  auto problems = request.mistakes;
  problems.push_back({{file->string(), 1, 1, "kind"},
                      *wanted == "serving"
                          ? fmt::format("the mapping is of a whole model on clusters or GPUs, '{}' "
                                        "is a {} machine and '{}' the workload",
                                        request.machine, kind, request.workload)
                          : fmt::format("the mapping is for {} machines, '{}' is a {} one", *wanted,
                                        request.machine, kind),
                      {}});
  return problems;
}

} // namespace

core::Expected<AnyPoint> prepareAny(const PointRequest& request) {
  const config::ReadOnce once;
  Inputs inputs(true);
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
  if (kind && !request.mapping.empty()) {
    if (auto problems = otherKind(request, *kind); !problems.empty()) {
      return core::failure(std::move(problems));
    }
  }
  if (kind && *kind == "gpu") {
    return prepareGpu(request, {}, inputs).map([&](GpuPoint point) {
      if (workloads::isTransformer(request.workload)) {
        point.notes.emplace_back(
            "one layer's attention; given a load (batch and context, or a trace) the GPU serves "
            "the whole model (docs/serving.md)");
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

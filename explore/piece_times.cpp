#include "explore/piece_times.hpp"

#include "explore/gpu/point.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

namespace einsight::explore {
namespace {

/// Sizes for the piece's workload: what the mapping states, then what the run's workload says about
/// parameters that may be set and have another value here.
core::Settings settingsOf(const mappings::cluster::Call& call, const einsum::Cascade& piece) {
  auto settings = call.given;
  for (const auto& parameter : piece.parameters()) {
    const auto outer = call.inherited.find(parameter.name);
    if (!parameter.derived && outer != call.inherited.end() &&
        outer->second != core::Rational(parameter.value)) {
      settings.emplace(parameter.name, outer->second);
    }
  }
  return settings;
}

} // namespace

core::Expected<mappings::cluster::Cost> PieceTimes::of(const mappings::cluster::Call& call) {
  const auto piece = workloads::load(call.piece->workload);
  if (!piece) {
    return core::failure(piece.error());
  }
  PointRequest request;
  request.workload = call.piece->workload;
  request.machine = call.machine;
  request.mapping = call.kernel;
  request.workloadSettings = settingsOf(call, *piece);
  std::string sizes;
  for (const auto& [name, value] : request.workloadSettings) {
    sizes += fmt::format("{}={} ", name, value.toString());
  }
  const Key key{request.machine, request.workload, request.mapping, sizes};
  if (const auto known = known_.find(key); known != known_.end()) {
    return known->second;
  }
  const auto point = prepareGpu(request);
  if (!point) {
    return core::failure(point.error());
  }
  const auto seconds = secondsOf(*point);
  if (!seconds) {
    return core::failure(seconds.error());
  }
  return known_.emplace(key, mappings::cluster::Cost{*seconds, point->chain.flops}).first->second;
}

} // namespace einsight::explore

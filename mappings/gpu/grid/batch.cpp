#include "mappings/gpu/grid/batch.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

/// Rows of a whole tile, as far as they exist.
double rows(const KernelPlan& plan) {
  double out = 1;
  for (const auto& axis : plan.grid) {
    out *= static_cast<double>(std::min(axis.tile, axis.size));
  }
  return out;
}

/// Bytes that an iteration brings.
double iterationBytes(const std::vector<Load>& loads) {
  double out = 0;
  for (const auto& load : loads) {
    out += load.role == Role::Iteration ? load.transfer.bytes : 0;
  }
  return out;
}

} // namespace

KernelPlan planFor(const KernelPlan& padded, const einsum::Cascade& sequence) {
  KernelPlan out = padded;
  out.wholeTiles = false;
  for (auto& einsum : out.einsums) {
    einsum = sequence.einsum(einsum->name);
  }
  std::vector<std::string> cut;
  const auto resize = [&](Axis& axis) {
    const auto size = sequence.size(axis.variable);
    if (axis.tile == axis.size && axis.size > 1) { // `all`
      axis.tile = size;
      out.extents.of[axis.variable] = size;
    }
    axis.size = size;
    cut.push_back(axis.variable);
  };
  for (auto& axis : out.grid) {
    resize(axis);
  }
  if (out.loop) {
    resize(*out.loop);
  }
  for (auto& [variable, extent] : out.extents.of) {
    if (std::find(cut.begin(), cut.end(), variable) == cut.end()) {
      extent = sequence.size(variable);
    }
  }
  return out;
}

bool sameTiles(const KernelPlan& a, const KernelPlan& b) {
  return a.extents.of == b.extents.of;
}

Jobs jobsOfSequence(const KernelPlan& plan, const std::vector<Load>& loads,
                    const KernelPlan& padded, const std::vector<Load>& paddedLoads) {
  auto out = jobsOf(plan, streamsOf(plan, loads, false), streamsOf(plan, loads, true),
                    listsOf(plan, loads));
  const double whole = iterationBytes(paddedLoads);
  const double filled = whole > 0 ? iterationBytes(loads) / whole : 1;
  const double share = rows(plan) / rows(padded);
  for (auto& kind : out.kinds) {
    kind.rows *= share;
    kind.filled = filled;
    kind.trips = padded.loop ? padded.loop->tiles() : 0;
  }
  return out;
}

} // namespace einsight::mappings::gpu

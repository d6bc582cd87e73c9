#pragma once
#include "mappings/gpu/mapping.hpp"
#include "sim/gpu/kernel.hpp"

#include <functional>

namespace einsight::mappings::gpu {

/// What the CTAs of a kernel do: kinds, the kind of each CTA in the order of launch, and which CTAs
/// stream the same bytes.
struct Trips {
  std::vector<sim::gpu::Kind> kinds;
  std::vector<std::int32_t> order;
  std::vector<std::int32_t> reuse;
  std::vector<std::int32_t> secondReuse{}; ///< of what is streamed besides; empty: nothing
};

/// What replaces the trips that follow from a cascade's masks: called per kernel with its name and
/// those trips (neighborhood attention counts its own tiles). Empty: nothing is replaced.
using ReplaceTrips = std::function<Trips(const std::string& kernel, Trips trips)>;

/// The chain of kernels that a mapping makes of a cascade: tiles, operator mix, bytes, occupancy.
/// Fails, with numbers, when something does not fit or is not there.
core::Expected<sim::gpu::Chain> plan(const Mapping& mapping, const einsum::Cascade& cascade,
                                     const arch::Gpu& gpu, const ReplaceTrips& replace = {});

/// The GPU in the numbers that engines need.
sim::gpu::Device device(const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu

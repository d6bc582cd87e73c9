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
  // As those of sim::gpu::Kernel.
  std::vector<std::int32_t> lists{};
  std::map<std::int32_t, std::vector<std::int32_t>> awaits{};
  std::vector<std::int64_t> from{};
  std::vector<std::int64_t> listed{};
};

/// A batch whose sequences differ in length: the workload once for each length, with one sequence.
struct Batch {
  std::vector<einsum::Cascade> lengths;
  std::vector<std::int32_t> sequences; ///< the length of each, in the order of the batch
};

/// What replaces the trips that follow from a cascade's masks: called per kernel with its name and
/// those trips (neighborhood attention counts its own tiles). Empty: nothing is replaced.
using ReplaceTrips = std::function<Trips(const std::string& kernel, Trips trips)>;

/// The chain of kernels that a mapping makes of a cascade: tiles, operator mix, bytes, occupancy.
/// With a `batch`, `cascade` is what all sequences are padded to: it decides tiles and how a loop
/// is divided, and every launch has the CTAs of all sequences.
/// Fails, with numbers, when something does not fit or is not there.
core::Expected<sim::gpu::Chain> plan(const Mapping& mapping, const einsum::Cascade& cascade,
                                     const arch::Gpu& gpu, const ReplaceTrips& replace = {},
                                     const Batch* batch = nullptr);

/// The GPU in the numbers that engines need.
sim::gpu::Device device(const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu

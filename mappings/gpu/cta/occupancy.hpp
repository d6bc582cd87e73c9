#pragma once
#include "mappings/gpu/cta/parts.hpp"

/// How many CTAs of a kernel an SM holds at once, and what keeps it from holding more.
namespace einsight::mappings::gpu {

inline constexpr std::int64_t kRegisterBytes = 4;

struct Occupancy {
  std::int64_t threads = 0;
  std::int64_t registersPerThread = 0; ///< of the threads that compute
  std::int64_t sharedBytes = 0;        ///< of a CTA
  std::int64_t registerBytes = 0;      ///< of a CTA, as they are handed out to warps
  std::int64_t residents = 0;
  std::string limitedBy; ///< "shared memory", "tensor memory", "registers", "threads", "CTAs per
                         ///< SM", "the mapping"
};

/// Shared memory: operands of products that are loaded before the loop, `stages` times those that
/// are loaded in it, and what the lanes make for products and the warps that make it do not hold
/// themselves; results leave through the same room. Registers per thread: the products' results in
/// 32 bits (with `overlap` also the operands made of them), and kOtherRegisters; or what the
/// mapping says. Fails when not one CTA fits.
core::Expected<Occupancy> occupancyOf(const KernelPlan& plan, const Parts& parts,
                                      const std::vector<Load>& loads,
                                      const einsum::Cascade& cascade, const arch::Gpu& gpu);

/// The same of a kernel that keeps nothing in shared memory.
Occupancy occupancyOf(std::int64_t threads, std::int64_t registersPerThread, const arch::Gpu& gpu);

/// Sets what of a kernel its occupancy says.
void setOccupancy(sim::gpu::Kernel& kernel, const Occupancy& occupancy);

/// Notes with every transfer how much shared memory its tile takes.
void placeInShared(Parts& parts, const std::vector<Load>& loads, const einsum::Cascade& cascade);

} // namespace einsight::mappings::gpu

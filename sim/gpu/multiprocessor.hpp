#pragma once
#include "sim/gpu/kernel.hpp"
#include "sim/schedule/holds.hpp"

namespace einsight::sim::gpu {

/// Ticks of an SM's schedule per cycle; durations are rounded up to a tick.
inline constexpr std::int64_t kTicksPerCycle = 16;

/// Resources of an SM's schedule by number; those of the slots follow.
enum SmResource : int { kTensor, kLanes, kSpecial, kCopy, kFirstSlot };

/// Memories of an SM by number, of whose bytes there is an account.
enum SmMemory : int { kSharedMemory = 0, kRegisters = 1 };

std::int64_t ticksOf(double cycles);

/// Cycles that a step occupies its unit, for one warpgroup, rounded up to ticks.
double occupancy(const Step& step, const Device& device);
/// The same before rounding.
double exactOccupancy(const Step& step, const Device& device);
/// More of it on a partly masked tile, rounded up to ticks.
double maskOccupancy(const Step& step, const Device& device);
/// What the unit of a step is faster than the machine's.
double speedup(const Step& step, const Device& device);

/// One SM on which `residents` CTAs of a kind run side by side, each followed by others until every
/// slot has had `rounds` of them.
///
/// Resources: the tensor cores, the lanes and the special functions, which serve the oldest request
/// first, the copy port (L2 to shared memory), and one of each slot that is busy while the next CTA
/// is started. Every warpgroup has a line for each of the units with needs between them.
/// `holdings`, if not null, gets what shared memory and registers hold.
Schedule smSchedule(const Kernel& kernel, const Device& device, const Kind& kind,
                    std::int64_t residents, std::int64_t rounds, Holdings* holdings = nullptr);

} // namespace einsight::sim::gpu

#pragma once
#include "mappings/verify.hpp"
#include "sim/schedule.hpp"
#include "sim/schedule/holds.hpp"

namespace einsight::mappings {

/// The schedule of a verified mapping: compute tasks from its Einsums, transfers and counts from
/// what its memories keep, needs from the cascade, issue order from its nests.
/// Fails when a size does not fit 64 bits.
core::Expected<sim::Schedule> lower(const VerifiedMapping& mapping);

/// The same schedule, and what every memory but DRAM keeps when: for traces.
struct Held {
  sim::Schedule schedule;
  sim::Holdings holdings;
};
core::Expected<Held> lowerWithHolds(const VerifiedMapping& mapping);

} // namespace einsight::mappings

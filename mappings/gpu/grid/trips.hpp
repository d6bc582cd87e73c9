#pragma once
#include "mappings/gpu/grid/jobs.hpp"
#include "mappings/gpu/plan.hpp"

/// What CTAs of a kernel do, in the order of launch.
namespace einsight::mappings::gpu {

/// CTAs that the loop of a job is divided over: no more than it has iterations.
std::int64_t partsOf(const Job& job, std::int64_t split);

/// A CTA for each job and each of its `split` parts of the loop, in the order of the kernel:
/// `section` groups of CTAs with the same streams at a time, those with the most (or fewest)
/// iterations first.
Trips tripsOf(const Jobs& jobs, std::int64_t split, Order order,
              std::optional<std::int64_t> section);

} // namespace einsight::mappings::gpu

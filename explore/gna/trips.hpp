#pragma once
#include "mappings/gna/permutation.hpp"
#include "mappings/gpu/plan.hpp"

/// The tiles that neighborhood attention visits as iterations of CTAs.
namespace einsight::explore {

/// What one head launches: dilation groups, each of so many tiles of queries and of keys.
struct GnaGrid {
  std::int64_t groups = 1, qTiles = 1, kvTiles = 1;
};
GnaGrid gridOf(const mappings::gna::Question& question);

/// Trips for CTAs in the order of plan(): heads slowest, then dilation groups, then tiles of
/// queries in the order of the layout. Masked are all visited tiles, as the kernels do it, unless
/// the question is fully block-sparse (then one, where keys are padded); with 1-D tiling, those
/// that need it. Fails where 1-D tiles cannot be counted. Source: Hassani et al. (arXiv 2504.16922)
/// section 4; NATTEN commit 8c8729f.
core::Expected<mappings::gpu::ReplaceTrips> tripsOf(const mappings::gna::Question& question,
                                                    const mappings::gna::Heads& heads);

} // namespace einsight::explore

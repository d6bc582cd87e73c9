#pragma once
#include "mappings/gpu/cta/transfers.hpp"
#include "mappings/gpu/grid/trips.hpp"

/// Kernels that work on sequences of different lengths at once.
namespace einsight::mappings::gpu {

/// A kernel planned for the padded batch, for one sequence of it: the same tiles, fewer of them;
/// what lies wholly inside a tile has the sequence's size.
KernelPlan planFor(const KernelPlan& padded, const einsum::Cascade& sequence);

/// Is every tile of one as large as that of the other?
bool sameTiles(const KernelPlan& a, const KernelPlan& b);

/// Jobs of a sequence, in shares of the tiles of `padded`: `loads` are those of the sequence,
/// `paddedLoads` the other one's. A divided loop is cut where the padded one is, so that of a short
/// sequence the last parts are empty.
Jobs jobsOfSequence(const KernelPlan& plan, const std::vector<Load>& loads,
                    const KernelPlan& padded, const std::vector<Load>& paddedLoads);

} // namespace einsight::mappings::gpu

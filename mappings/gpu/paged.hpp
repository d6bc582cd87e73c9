#pragma once
#include "mappings/gpu/cta/parts.hpp"

/// What a loop reads may lie in pages, found through a table.
namespace einsight::mappings::gpu {

/// Bytes of an iteration's tiles of each tensor that lies in pages and that warps must copy row by
/// row, because its pages are smaller than the tile or cut it.
struct PagedTile {
  const einsum::Einsum* reader = nullptr; ///< the first Einsum that takes it
  double bytes = 0;
};

/// Looks pages up: their entries of 4 bytes are loaded in every iteration, once for all tensors
/// with as many values of the loop in a tile; a load follows its entry; bytes lie together for no
/// more than a page. Pages hold rows of one head (or whatever else the tensor is indexed by).
std::vector<PagedTile> pagesOf(const KernelPlan& plan, const Graph& graph,
                               std::vector<Load>& loads);

/// Pages that a tile lies in, on average over tiles side by side.
double pagesTouched(std::int64_t tile, std::int64_t page);

/// The address of each 16 bytes that warps copy (cp.async): an operation `gather` of the lanes. A
/// tile inside a page is copied as a box, by one instruction.
void addAddresses(const std::vector<PagedTile>& tiles, const KernelPlan& plan,
                  const einsum::Cascade& cascade, const arch::Gpu& gpu, Parts& parts);

} // namespace einsight::mappings::gpu

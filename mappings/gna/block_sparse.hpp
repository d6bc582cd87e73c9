#pragma once
#include "mappings/gna/question.hpp"

#include <string>

namespace einsight::mappings::gna {

/// Whether every visited tile of keys is wholly unmasked along an axis, so that no mask is applied.
/// Static tiling: where the predicate of the kernels says so (a causal axis never is), and every
/// window begins with a tile, which the predicate takes for granted and which not all tiles have
/// that no kernel ships. Of dilated axes: in each dilation group. Dynamic tiling: by counting.
/// Source: fully_block_sparse of NATTEN (commit 8c8729f).
bool isBlockSparse(const AxisMask& mask, std::int64_t qTile, std::int64_t kvTile,
                   KvTiling kvTiling);

/// Whether all axes are. Precondition: multi-dimensional tiling.
bool isFullyBlockSparse(const Question& question);

/// The strides nearest to the question's own (the smaller of two) with which every axis is block
/// sparse, or one sentence for each axis that no stride makes so.
tl::expected<Shape, std::vector<std::string>> nearestBlockSparse(const Question& question);

} // namespace einsight::mappings::gna

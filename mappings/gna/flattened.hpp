#pragma once
#include "mappings/gna/count.hpp"

namespace einsight::mappings::gna {

/// The counts of 1-D tiling: tiles are runs of the row-major flattened sequence, and a tile of
/// queries visits the tiles of keys with which it has an unmasked pair (a general block-sparse
/// mask). These do not factorise over axes; time: about the number of rows of queries times the
/// rows of keys that each sees. Fails where that is more than 2^34 steps. Precondition:
/// question.flattened.
core::Expected<Counts> countFlattened(const Question& question);
/// About how many steps that takes.
double stepsFlattened(const Question& question);

/// What a tile of queries visits, and how many of these tiles are partly masked.
struct TileVisits {
  std::int64_t visited = 0, masked = 0;
};
/// The same, tile by tile.
core::Expected<std::vector<TileVisits>> visitsFlattened(const Question& question);

} // namespace einsight::mappings::gna

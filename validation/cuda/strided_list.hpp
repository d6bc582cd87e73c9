#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace einsight::validation::cuda {

/// Tiles of a block-sparse list, (offsets, tiles): of row i the diagonal's tile and every stride-th
/// one, from i on.
struct OwnedList {
  std::vector<int> offsets;
  std::vector<int> tiles;
};

inline OwnedList stridedList(int qTiles, int kvTiles, int stride) {
  OwnedList list;
  list.offsets.push_back(0);
  for (int row = 0; row < qTiles; ++row) {
    const int diagonal = static_cast<int>(std::int64_t{row} * kvTiles / std::max(qTiles, 1));
    for (int tile = 0; tile < kvTiles; ++tile) {
      if (tile == diagonal || tile % stride == row % stride) {
        list.tiles.push_back(tile);
      }
    }
    list.offsets.push_back(static_cast<int>(list.tiles.size()));
  }
  return list;
}

} // namespace einsight::validation::cuda

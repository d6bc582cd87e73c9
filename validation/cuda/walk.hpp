#pragma once
#include "validation/cuda/mask.hpp"

/// The tiles of keys that a tile of queries visits, in order, and what a partial one is masked
/// with. Three walks with the same functions; a kernel takes one as a template parameter.
namespace einsight::validation::cuda {

/// Block-sparse attention: for each tile of queries its tiles of keys.
struct TileList {
  const int* offsets = nullptr; ///< (tiles of queries + 1)
  const int* tiles = nullptr;   ///< tile numbers, in any order, each at most once per row
};

/// What a walk is made from.
struct WalkShape {
  Mask mask;
  TileList list;
  int seqQ = 0; ///< with padding, for a neighborhood
  int seqKv = 0;
};

/// Keys along one axis: dense, causal, sliding window.
template <int kRows, int kColumns>
struct RangeWalk {
  static constexpr bool kPlaces = false; ///< whether keys have places on several axes
  Tiles tiles;

  EINSIGHT_BOTH RangeWalk(const WalkShape& shape, int qTile) {
    const int last = smaller((qTile + 1) * kRows, shape.seqQ) - 1;
    tiles = tilesBetween(sequenceKeys(shape.mask, shape.seqQ, shape.seqKv, qTile * kRows),
                         sequenceKeys(shape.mask, shape.seqQ, shape.seqKv, last), kColumns);
  }
  [[nodiscard]] EINSIGHT_BOTH int count() const {
    return larger(tiles.visited.end - tiles.visited.begin, 0);
  }
  [[nodiscard]] EINSIGHT_BOTH int tile(int i) const { return tiles.visited.begin + i; }
  [[nodiscard]] EINSIGHT_BOTH bool full(int i) const {
    return tile(i) >= tiles.full.begin && tile(i) < tiles.full.end;
  }
  /// Keys that a row sees; a row after the last query sees what that one sees.
  [[nodiscard]] static EINSIGHT_BOTH Span keys(const WalkShape& shape, int row) {
    return sequenceKeys(shape.mask, shape.seqQ, shape.seqKv, smaller(row, shape.seqQ - 1));
  }
};

/// Tiles of a list, all of them full but for the end of the sequence.
template <int kRows, int kColumns>
struct ListWalk {
  static constexpr bool kPlaces = false;
  const int* tiles = nullptr;
  int number = 0;
  int length = 0;

  EINSIGHT_BOTH ListWalk(const WalkShape& shape, int qTile)
      : tiles(shape.list.tiles + shape.list.offsets[qTile]),
        number(shape.list.offsets[qTile + 1] - shape.list.offsets[qTile]), length(shape.seqKv) {}
  [[nodiscard]] EINSIGHT_BOTH int count() const { return number; }
  [[nodiscard]] EINSIGHT_BOTH int tile(int i) const { return tiles[i]; }
  [[nodiscard]] EINSIGHT_BOTH bool full(int i) const { return (tile(i) + 1) * kColumns <= length; }
  [[nodiscard]] static EINSIGHT_BOTH Span keys(const WalkShape& shape, int) {
    return {0, shape.seqKv};
  }
};

/// A span of tiles in one register.
class PackedSpan {
public:
  PackedSpan() = default;
  EINSIGHT_BOTH explicit PackedSpan(Span span) : bits_(span.begin | span.end << kBits) {}
  [[nodiscard]] EINSIGHT_BOTH Span get() const {
    const int bits = forgotten(bits_);
    return {bits & ((1 << kBits) - 1), bits >> kBits};
  }

private:
  static constexpr int kBits = 15; ///< of a tile's number along an axis
  int bits_ = 0;
};

/// A box of tiles on the grid of a permuted layout.
template <int kRows, int kColumns>
struct BoxWalk {
  static constexpr bool kPlaces = true;
  PackedSpan visited[kAxes], unmasked[kAxes];
  PackedSpan grid; ///< tiles along the last two axes

  EINSIGHT_BOTH BoxWalk(const WalkShape& shape, int qTile) {
    const Mask& mask = shape.mask;
    const Place first = tileStart(mask, mask.qTile, qTile);
    for (int axis = 0; axis < kAxes; ++axis) {
      const int length = mask.layout[axis];
      const int last = smaller(first.at[axis] + mask.qTile[axis], length) - 1;
      const Tiles tiles = tilesBetween(
          neighborhoodKeys(length, mask.window[axis], mask.stride[axis], first.at[axis]),
          neighborhoodKeys(length, mask.window[axis], mask.stride[axis], last), mask.kvTile[axis]);
      visited[axis] = PackedSpan(tiles.visited);
      unmasked[axis] = PackedSpan({tiles.full.begin, larger(tiles.full.begin, tiles.full.end)});
    }
    grid = PackedSpan({tilesAlong(mask, mask.kvTile, 1), tilesAlong(mask, mask.kvTile, 2)});
  }
  [[nodiscard]] EINSIGHT_BOTH int along(int axis) const {
    const Span span = visited[axis].get();
    return span.end - span.begin;
  }
  [[nodiscard]] EINSIGHT_BOTH int count() const { return along(0) * along(1) * along(2); }
  [[nodiscard]] EINSIGHT_BOTH Place gridPlace(int i) const {
    const int along1 = along(1);
    const int along2 = along(2);
    Place place;
    place.at[2] = visited[2].get().begin + i % along2;
    place.at[1] = visited[1].get().begin + i / along2 % along1;
    place.at[0] = visited[0].get().begin + i / along2 / along1;
    return place;
  }
  [[nodiscard]] EINSIGHT_BOTH int tile(int i) const {
    const Place place = gridPlace(i);
    const Span size = grid.get();
    return (place.at[0] * size.begin + place.at[1]) * size.end + place.at[2];
  }
  [[nodiscard]] EINSIGHT_BOTH bool full(int i) const {
    const Place place = gridPlace(i);
    bool inside = true;
    for (int axis = 0; axis < kAxes; ++axis) {
      const Span span = unmasked[axis].get();
      inside = inside && place.at[axis] >= span.begin && place.at[axis] < span.end;
    }
    return inside;
  }
};

/// The keys that a row sees along each axis of a layout, its first padding token's as the last
/// real one's: padding rows are computed and never read.
struct Box {
  Span spans[kAxes];
};

EINSIGHT_BOTH Box boxOf(const Mask& mask, int row) {
  const Place place = placeOf(mask, mask.qTile, row);
  Box box;
  for (int axis = 0; axis < kAxes; ++axis) {
    const int at = smaller(place.at[axis], mask.layout[axis] - 1);
    box.spans[axis] = neighborhoodKeys(mask.layout[axis], mask.window[axis], mask.stride[axis], at);
  }
  return box;
}

/// A place in one word, ten bits an axis: what a partial tile keeps per key.
EINSIGHT_BOTH std::uint32_t packPlace(const Place& place) {
  return static_cast<std::uint32_t>(place.at[0]) << 20U |
         static_cast<std::uint32_t>(place.at[1]) << 10U | static_cast<std::uint32_t>(place.at[2]);
}

/// Whether a key, `inside` its tile that begins at `start`, lies in a row's box. A wrapped unsigned
/// difference is large, so that one comparison checks both ends.
EINSIGHT_BOTH bool inBox(const Box& box, const Place& start, std::uint32_t inside) {
  bool in = true;
  for (int axis = 0; axis < kAxes; ++axis) {
    const auto offset = static_cast<int>(inside >> static_cast<unsigned>(20 - 10 * axis) & 1023U);
    const auto from = static_cast<unsigned>(start.at[axis] + offset - box.spans[axis].begin);
    in = in && from < static_cast<unsigned>(box.spans[axis].end - box.spans[axis].begin);
  }
  return in;
}

} // namespace einsight::validation::cuda

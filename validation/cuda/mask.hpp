#pragma once
#include "validation/cuda/target.hpp"

#include <cstdint>

/// Which keys a query attends, and what that makes of tiles. Shared by the kernels, which visit and
/// mask tiles by it, and by the reference, which asks pair by pair.
namespace einsight::validation::cuda {

enum class MaskKind { Dense, Causal, Window, Neighborhood };

constexpr int kAxes = 3; ///< of a layout at most; shorter ones begin with axes of length 1

/// Causal and window masks are aligned at the end of the sequences: the last query sees the last
/// key. Neighborhood: generalized neighborhood attention, not causal, without dilation; queries and
/// keys lie on the same layout. Source: Hassani et al. (arXiv 2504.16922) section 3.
struct Mask {
  MaskKind kind = MaskKind::Dense;
  int layout[kAxes] = {1, 1, 1}; ///< tokens along each axis, slowest first
  int window[kAxes] = {1, 1, 1}; ///< keys that a query sees; Window: along the last axis
  int stride[kAxes] = {1, 1, 1}; ///< queries that share a window
  int qTile[kAxes] = {1, 1, 1};  ///< Neighborhood: tokens of a tile along each axis
  int kvTile[kAxes] = {1, 1, 1};
};

struct Span {
  int begin = 0;
  int end = 0; ///< not in it
};

EINSIGHT_BOTH int smaller(int a, int b) {
  return a < b ? a : b;
}
EINSIGHT_BOTH int larger(int a, int b) {
  return a < b ? b : a;
}
EINSIGHT_BOTH int ceilDivide(int a, int b) {
  return (a + b - 1) / b;
}

/// Keys that the query at a place of an axis sees; both ends never fall as the place rises. Queries
/// of a stride group share the window of their middle one, moved inwards at the borders.
EINSIGHT_BOTH Span neighborhoodKeys(int length, int window, int stride, int place) {
  const int middle = smaller(place / stride * stride + stride / 2, length - 1);
  const int begin = smaller(larger(middle - window / 2, 0), length - window);
  return {begin, begin + window};
}

/// Keys that a query sees, of sequences without a layout; empty spans begin where they end.
EINSIGHT_BOTH Span sequenceKeys(const Mask& mask, int seqQ, int seqKv, int query) {
  const int last = query + seqKv - seqQ; // the key at the query's own place
  const int end = mask.kind == MaskKind::Dense ? seqKv : larger(smaller(last + 1, seqKv), 0);
  const int begin =
      mask.kind == MaskKind::Window ? larger(last + 1 - mask.window[kAxes - 1], 0) : 0;
  return {smaller(begin, end), end};
}

/// Tiles of keys that a tile of queries visits along one axis, and those whose pairs all attend.
struct Tiles {
  Span visited;
  Span full;
};

/// From the spans of the first and the last query of a tile.
EINSIGHT_BOTH Tiles tilesBetween(Span first, Span last, int tile) {
  Tiles tiles;
  tiles.visited = {first.begin / tile, ceilDivide(last.end, tile)};
  tiles.full = {ceilDivide(last.begin, tile), first.end / tile};
  return tiles;
}

/// A token's place along each axis.
struct Place {
  int at[kAxes] = {0, 0, 0};
};

/// Tiles along an axis; the last may be short.
EINSIGHT_BOTH int tilesAlong(const Mask& mask, const int (&tile)[kAxes], int axis) {
  return ceilDivide(mask.layout[axis], tile[axis]);
}

/// Tokens with padding: every tile whole.
EINSIGHT_BOTH int paddedTokens(const Mask& mask, const int (&tile)[kAxes]) {
  int tokens = 1;
  for (int axis = 0; axis < kAxes; ++axis) {
    tokens *= tilesAlong(mask, tile, axis) * tile[axis];
  }
  return tokens;
}

/// Where a tile begins; tiles are numbered row by row, and permuted tokens lie tile by tile.
EINSIGHT_BOTH Place tileStart(const Mask& mask, const int (&tile)[kAxes], int number) {
  Place place;
  for (int axis = kAxes - 1; axis >= 0; --axis) {
    const int along = tilesAlong(mask, tile, axis);
    place.at[axis] = number % along * tile[axis];
    number /= along;
  }
  return place;
}

/// The offset of a token inside its tile, by its number there.
EINSIGHT_BOTH Place placeInTile(const int (&tile)[kAxes], int number) {
  Place place;
  for (int axis = kAxes - 1; axis >= 0; --axis) {
    place.at[axis] = number % tile[axis];
    number /= tile[axis];
  }
  return place;
}

EINSIGHT_BOTH int tileSize(const int (&tile)[kAxes]) {
  return tile[0] * tile[1] * tile[2];
}

/// The place of a permuted token; beyond the layout for padding.
EINSIGHT_BOTH Place placeOf(const Mask& mask, const int (&tile)[kAxes], int position) {
  const int size = tileSize(tile);
  Place place = tileStart(mask, tile, position / size);
  const Place inside = placeInTile(tile, position % size);
  for (int axis = 0; axis < kAxes; ++axis) {
    place.at[axis] += inside.at[axis];
  }
  return place;
}

EINSIGHT_BOTH bool isPadding(const Mask& mask, const Place& place) {
  return place.at[0] >= mask.layout[0] || place.at[1] >= mask.layout[1] ||
         place.at[2] >= mask.layout[2];
}

/// Tokens of the layout.
EINSIGHT_BOTH int tokensOf(const Mask& mask) {
  return mask.layout[0] * mask.layout[1] * mask.layout[2];
}

/// The number of a token in the order of the layout, and its place by that number.
EINSIGHT_BOTH int tokenOf(const Mask& mask, const Place& place) {
  return (place.at[0] * mask.layout[1] + place.at[1]) * mask.layout[2] + place.at[2];
}
EINSIGHT_BOTH Place placeInLayout(const Mask& mask, int token) {
  Place place;
  place.at[2] = token % mask.layout[2];
  place.at[1] = token / mask.layout[2] % mask.layout[1];
  place.at[0] = token / mask.layout[2] / mask.layout[1];
  return place;
}

/// The permuted position of the token at a place: what placeOf undoes.
EINSIGHT_BOTH int positionOf(const Mask& mask, const int (&tile)[kAxes], const Place& place) {
  int number = 0;
  int inside = 0;
  for (int axis = 0; axis < kAxes; ++axis) {
    number = number * tilesAlong(mask, tile, axis) + place.at[axis] / tile[axis];
    inside = inside * tile[axis] + place.at[axis] % tile[axis];
  }
  return number * tileSize(tile) + inside;
}

/// Whether a pair attends; of a neighborhood, by permuted positions. What the reference asks.
inline bool attends(const Mask& mask, int seqQ, int seqKv, int query, int key) {
  if (mask.kind != MaskKind::Neighborhood) {
    const Span keys = sequenceKeys(mask, seqQ, seqKv, query);
    return key >= keys.begin && key < keys.end;
  }
  const Place from = placeOf(mask, mask.qTile, query);
  const Place to = placeOf(mask, mask.kvTile, key);
  if (isPadding(mask, from) || isPadding(mask, to)) {
    return false;
  }
  for (int axis = 0; axis < kAxes; ++axis) {
    const Span keys =
        neighborhoodKeys(mask.layout[axis], mask.window[axis], mask.stride[axis], from.at[axis]);
    if (to.at[axis] < keys.begin || to.at[axis] >= keys.end) {
      return false;
    }
  }
  return true;
}

} // namespace einsight::validation::cuda

#pragma once
#include "mappings/gna/question.hpp"

namespace einsight::mappings::gna {

/// Counts of tiles and pairs. Along one axis, or, as every count factorises over axes, their
/// products for a whole layout.
struct Counts {
  std::int64_t qTilesRun = 0;      ///< tiles of queries, those of padding included
  std::int64_t qTilesDense = 0;    ///< ceil(length / tile)
  std::int64_t kvTilesDense = 0;   ///< ceil(length / tile): what self attention visits per Q tile
  std::int64_t visited = 0;        ///< sum over tiles of queries
  std::int64_t visitedMost = 0;    ///< of the tile of queries that visits the most
  std::int64_t visitedLeast = 0;   ///< of the one that visits the fewest, without idle ones
  std::int64_t full = 0;           ///< visited tiles with real pairs, all of them unmasked
  std::int64_t real = 0;           ///< visited tiles with real pairs; the others are only padding
  std::int64_t needed = 0;         ///< tiles with at least one unmasked pair of real tokens
  std::int64_t neededMost = 0;     ///< of the tile of queries that has the most
  std::int64_t pairs = 0;          ///< unmasked pairs of tokens
  std::int64_t realPairs = 0;      ///< pairs of real tokens in visited tiles
  std::int64_t innerPairs = 0;     ///< unmasked pairs of tiles of queries away from the borders
  std::int64_t innerRealPairs = 0; ///< pairs of real tokens that those visit
};

/// The counts along one axis with tiles of `qTile` queries and `kvTile` keys. Time: proportional to
/// the number of tiles of queries.
/// Source: Hassani et al. (arXiv 2504.16922) appendix B; the kernels' get_trip_count (NATTEN).
Counts countAxis(const AxisMask& mask, std::int64_t qTile, std::int64_t kvTile, KvTiling kvTiling);

/// What each tile of queries visits along an axis, tile by tile, dilation group after dilation
/// group.
std::vector<std::int64_t> visitedByTile(const AxisMask& mask, std::int64_t qTile,
                                        std::int64_t kvTile, KvTiling kvTiling);

/// The largest number of tiles of keys that a tile of queries visits along an axis.
std::int64_t visitedMost(const AxisMask& mask, std::int64_t qTile, std::int64_t kvTile,
                         KvTiling kvTiling);

/// What a question's tiles come to, and the bounds on speedup over self attention with the same
/// tiles that follow.
struct Tally {
  Counts counts;
  std::int64_t tokens = 0;
  std::int64_t tilePairs = 0;    ///< pairs of tokens in a pair of tiles, padding included
  bool fullyBlockSparse = false; ///< no visited tile needs a mask

  /// Tiles of self attention / tiles of the worst tile of queries. (appendix B)
  [[nodiscard]] double simSpeedup() const;
  /// Tiles of self attention / visited tiles, over all tiles of queries.
  [[nodiscard]] double meanSpeedup() const;
  /// All pairs of tokens / unmasked pairs.
  [[nodiscard]] double flopSpeedup() const;
  /// Pairs that are computed in visited tiles.
  [[nodiscard]] double computedPairs() const;
  /// Computed pairs that are masked or padding / computed pairs.
  [[nodiscard]] double wastedFraction() const;
  /// Of the computed pairs, those with a padded query or key.
  [[nodiscard]] double paddingFraction() const;
  /// Of the computed pairs, masked pairs of real tokens in tiles of queries away from the borders:
  /// windows that do not begin and end where tiles do.
  [[nodiscard]] double misalignedFraction() const;
  /// Of the computed pairs, masked pairs of real tokens in tiles of queries with a window that was
  /// shifted or cut at a border.
  [[nodiscard]] double borderFraction() const;
};

/// The tally of a question; with 1-D tiling, a problem where counting would take minutes.
core::Expected<Tally> tally(const Question& question);

} // namespace einsight::mappings::gna

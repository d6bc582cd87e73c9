#include "mappings/gna/count.hpp"

#include "core/invariant.hpp"
#include "mappings/gna/block_sparse.hpp"
#include "mappings/gna/flattened.hpp"

#include <algorithm>
#include <limits>

namespace einsight::mappings::gna {
namespace {

/// The tiles of keys that one tile of queries visits: `count` tiles from key `begin` on. Keys at
/// and after `end` are not in them.
struct Visit {
  std::int64_t begin = 0;
  std::int64_t count = 0;
  std::int64_t end = 0;
};

/// One tile of queries [first, last] of a dilation group; the last may be padding.
struct QTile {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// Static: the box of tiles on the grid around the windows of the first and the last position, the
/// latter also where it is padding. Dynamic: tiles from the first key on; only real queries count.
Visit visitOf(const Group& group, const QTile& tile, std::int64_t kvTile, KvTiling kvTiling) {
  if (kvTiling == KvTiling::Static) {
    const auto low = group.keys(tile.first).start / kvTile;
    const auto high = ceilDivide(group.keys(tile.last).end, kvTile);
    return {low * kvTile, high - low, std::min(high * kvTile, group.length())};
  }
  if (tile.first >= group.length()) {
    return {};
  }
  const auto start = group.keys(tile.first).start;
  const auto end = group.keys(std::min(tile.last, group.length() - 1)).end;
  return {start, ceilDivide(end - start, kvTile), end};
}

/// Tiles of a visit that lie in [from, to), the last one cut at the visit's end.
std::int64_t tilesInside(const Visit& visit, std::int64_t kvTile, std::int64_t from,
                         std::int64_t to) {
  const auto first = ceilDivide(std::max<std::int64_t>(from - visit.begin, 0), kvTile);
  const auto last = to >= visit.end ? ceilDivide(visit.end - visit.begin, kvTile)
                                    : std::max<std::int64_t>(to - visit.begin, 0) / kvTile;
  return std::max<std::int64_t>(last - first, 0);
}

/// Tiles of a visit that overlap [from, to), which is not empty.
std::int64_t tilesTouching(const Visit& visit, std::int64_t kvTile, std::int64_t from,
                           std::int64_t to) {
  const auto low = std::max(from, visit.begin);
  const auto high = std::min(to, visit.end);
  return low >= high ? 0 : ceilDivide(high - visit.begin, kvTile) - (low - visit.begin) / kvTile;
}

/// Adds `times` tiles of queries like this one.
void add(Counts& counts, const Group& group, const QTile& tile, const Visit& visit,
         std::int64_t kvTile, std::int64_t times) {
  counts.qTilesRun += times;
  counts.visited += times * visit.count;
  counts.visitedMost = std::max(counts.visitedMost, visit.count);
  if (visit.count > 0) {
    counts.visitedLeast = std::min(counts.visitedLeast, visit.count);
  }
  if (tile.first >= group.length()) {
    return;
  }
  const auto last = std::min(tile.last, group.length() - 1);
  const auto low = group.keys(tile.first);
  const auto high = group.keys(last);
  const auto full = tilesInside(visit, kvTile, high.start, low.end);
  const auto real = ceilDivide(visit.end - visit.begin, kvTile);
  const auto needed = tilesTouching(visit, kvTile, low.start, high.end);
  counts.full += times * full;
  counts.real += times * real;
  counts.needed += times * needed;
  counts.neededMost = std::max(counts.neededMost, needed);
  const auto pairs = group.pairs(tile.first, last + 1);
  const auto realPairs = (last + 1 - tile.first) * (visit.end - visit.begin);
  counts.pairs += times * pairs;
  counts.realPairs += times * realPairs;
  const bool unmasked = full == real;
  if (unmasked || (!group.atBorder(tile.first) && !group.atBorder(last))) {
    counts.innerPairs += times * pairs;
    counts.innerRealPairs += times * realPairs;
  }
}

/// The product of every count over axes.
Counts combine(const Counts& a, const Counts& b) {
  Counts out;
  for (auto member : {&Counts::qTilesRun, &Counts::qTilesDense, &Counts::kvTilesDense,
                      &Counts::visited, &Counts::visitedMost, &Counts::visitedLeast, &Counts::full,
                      &Counts::real, &Counts::needed, &Counts::neededMost, &Counts::pairs,
                      &Counts::realPairs, &Counts::innerPairs, &Counts::innerRealPairs}) {
    out.*member = a.*member * b.*member;
  }
  return out;
}

} // namespace

Counts countAxis(const AxisMask& mask, std::int64_t qTile, std::int64_t kvTile, KvTiling kvTiling) {
  Counts counts;
  counts.qTilesDense = ceilDivide(mask.length, qTile);
  counts.kvTilesDense = ceilDivide(mask.length, kvTile);
  counts.visitedLeast = std::numeric_limits<std::int64_t>::max();
  const auto tiles = ceilDivide(mask.length, qTile * mask.dilation); // the same for every group
  for (const auto& [group, count] : groupsOf(mask)) {
    for (std::int64_t t = 0; t < tiles; ++t) {
      const QTile tile{t * qTile, t * qTile + qTile - 1};
      add(counts, group, tile, visitOf(group, tile, kvTile, kvTiling), kvTile, count);
    }
  }
  return counts;
}

std::vector<std::int64_t> visitedByTile(const AxisMask& mask, std::int64_t qTile,
                                        std::int64_t kvTile, KvTiling kvTiling) {
  std::vector<std::int64_t> out;
  const auto tiles = ceilDivide(mask.length, qTile * mask.dilation);
  for (const auto& [group, count] : groupsOf(mask)) {
    for (std::int64_t i = 0; i < count * tiles; ++i) {
      const auto t = i % tiles;
      const QTile tile{t * qTile, t * qTile + qTile - 1};
      out.push_back(visitOf(group, tile, kvTile, kvTiling).count);
    }
  }
  return out;
}

std::int64_t visitedMost(const AxisMask& mask, std::int64_t qTile, std::int64_t kvTile,
                         KvTiling kvTiling) {
  std::int64_t most = 0;
  const auto tiles = ceilDivide(mask.length, qTile * mask.dilation);
  for (const auto& [group, count] : groupsOf(mask)) {
    for (std::int64_t t = 0; t < tiles; ++t) {
      const QTile tile{t * qTile, t * qTile + qTile - 1};
      most = std::max(most, visitOf(group, tile, kvTile, kvTiling).count);
    }
  }
  return most;
}

double Tally::simSpeedup() const {
  return static_cast<double>(counts.kvTilesDense) / static_cast<double>(counts.visitedMost);
}

double Tally::meanSpeedup() const {
  return static_cast<double>(counts.qTilesDense) * static_cast<double>(counts.kvTilesDense) /
         static_cast<double>(counts.visited);
}

double Tally::flopSpeedup() const {
  return static_cast<double>(tokens) * static_cast<double>(tokens) /
         static_cast<double>(counts.pairs);
}

double Tally::computedPairs() const {
  return static_cast<double>(counts.visited) * static_cast<double>(tilePairs);
}

double Tally::wastedFraction() const {
  return 1 - static_cast<double>(counts.pairs) / computedPairs();
}

double Tally::paddingFraction() const {
  return 1 - static_cast<double>(counts.realPairs) / computedPairs();
}

double Tally::misalignedFraction() const {
  return static_cast<double>(counts.innerRealPairs - counts.innerPairs) / computedPairs();
}

double Tally::borderFraction() const {
  const auto masked = counts.realPairs - counts.pairs;
  return static_cast<double>(masked - (counts.innerRealPairs - counts.innerPairs)) /
         computedPairs();
}

core::Expected<Tally> tally(const Question& question) {
  Tally out;
  out.tokens = product(question.layout());
  out.tilePairs = product(question.qTile) * product(question.kvTile);
  if (question.flattened) {
    const auto counts = countFlattened(question);
    if (!counts) {
      return core::failure(counts.error());
    }
    out.counts = *counts;
    out.fullyBlockSparse = counts->full == counts->visited;
    return out;
  }
  for (std::size_t x = 0; x < question.axes.size(); ++x) {
    const auto counts =
        countAxis(question.axes[x], question.qTile[x], question.kvTile[x], question.kvTiling);
    out.counts = x == 0 ? counts : combine(out.counts, counts);
  }
  out.fullyBlockSparse = isFullyBlockSparse(question);
  return out;
}

} // namespace einsight::mappings::gna

#pragma once
#include "validation/cuda/target.hpp"

#include <cstdint>

/// How decoding is spread over CTAs. An item is one block of query rows of one sequence and KV
/// head; its keys are `tiles` tiles. All tiles of all items stand in one line, item by item, and
/// every CTA takes a piece of the line.
namespace einsight::validation::cuda {

struct DecodeSchedule {
  int items = 1;
  int tiles = 1;  ///< of an item
  int splits = 0; ///< split-KV: CTAs per item; 0: stream-K
  int ctas = 1;   ///< split-KV: items * splits
};

/// Each item cut into the same number of pieces.
EINSIGHT_BOTH DecodeSchedule splitKv(int items, int tiles, int splits) {
  const int used = splits < tiles ? splits : tiles;
  return {items, tiles, used, items * used};
}

/// The line cut into pieces of equal length, whatever the items.
/// Source: Osama et al., Stream-K (arXiv 2301.03598) section 4.
EINSIGHT_BOTH DecodeSchedule streamK(int items, int tiles, int ctas) {
  const std::int64_t all = static_cast<std::int64_t>(items) * tiles;
  return {items, tiles, 0, all < ctas ? static_cast<int>(all) : ctas};
}

/// First tile of a CTA, counted along the line; that of CTA `ctas` is the line's end.
EINSIGHT_BOTH std::int64_t firstTile(const DecodeSchedule& schedule, int cta) {
  const auto tiles = static_cast<std::int64_t>(schedule.tiles);
  if (schedule.splits > 0) {
    return cta / schedule.splits * tiles + cta % schedule.splits * tiles / schedule.splits;
  }
  return cta * tiles * schedule.items / schedule.ctas;
}

/// The CTA that has the first tile of an item.
EINSIGHT_BOTH int firstCta(const DecodeSchedule& schedule, int item) {
  const std::int64_t tile = static_cast<std::int64_t>(item) * schedule.tiles;
  if (schedule.splits > 0) {
    return item * schedule.splits;
  }
  auto cta = static_cast<int>(tile * schedule.ctas /
                              (static_cast<std::int64_t>(schedule.tiles) * schedule.items));
  while (firstTile(schedule, cta + 1) <= tile) { // rounding down may be one piece early
    ++cta;
  }
  return cta;
}

/// Where a CTA leaves its part of an item: parts of one item stand side by side. Pieces and items
/// both rise along the line, so no two parts share a slot.
EINSIGHT_BOTH int slotOf(int cta, int item) {
  return cta + item;
}
EINSIGHT_BOTH int slots(const DecodeSchedule& schedule) {
  return schedule.ctas + schedule.items;
}

} // namespace einsight::validation::cuda

#pragma once
#include "mappings/lowering/draft.hpp"

/// Where the values of a tile are, and how long they travel. docs/engines.md (`pe`) has the rules.
namespace einsight::mappings {

/// How the end of a tile is told, and the cycles that takes after its end at the array's origin.
struct Way {
  sim::Edge::Route route = sim::Edge::Route::Ended;
  std::int64_t cycles = 0;
};

/// From the maker of a tensor to a reader of it through one access. `stays`: the value is kept in
/// registers that both use; it does not travel where both have it in the same PE.
Way wayToReader(const Draft& draft, const LeafPlan& maker, const LeafPlan& reader,
                const einsum::Access& access, bool stays);
/// … to a memory or port that takes whole tiles.
Way wayToMemory(const LeafPlan& maker);
/// From the reader of a tensor back to whoever fills its place, once the last of its words is read.
Way wayBack(const Draft& draft, const LeafPlan& reader, const std::string& tensor);

/// Gives every task its tile.
void addTiles(Draft& draft);

} // namespace einsight::mappings

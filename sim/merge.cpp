#include "sim/merge.hpp"

#include <algorithm>

namespace einsight::sim {
namespace {

using At = Edge::Source::At;

/// Both side by side in this order, or neither.
bool together(const std::vector<int>& loops, int outer, int inner) {
  const auto first = std::find(loops.begin(), loops.end(), outer);
  const auto second = std::find(loops.begin(), loops.end(), inner);
  if (first == loops.end() || second == loops.end()) {
    return first == second;
  }
  return second == first + 1;
}

bool looksAt(const std::vector<LoopTerm>& terms, int loop) {
  return std::any_of(terms.begin(), terms.end(),
                     [&](const LoopTerm& term) { return term.loop == loop; });
}

/// The need takes both counters from the same two loops, or neither from any.
bool takesOver(const Section& section, const Edge& edge, int outer, int inner) {
  const auto& loops = section.tasks[static_cast<std::size_t>(edge.producer)].loops;
  if (!together(loops, outer, inner)) {
    return false;
  }
  const auto first = std::find(loops.begin(), loops.end(), outer);
  if (first == loops.end()) {
    return std::none_of(edge.sources.begin(), edge.sources.end(), [&](const auto& source) {
      return source.at == At::Same && (source.loop == outer || source.loop == inner);
    });
  }
  const auto at = static_cast<std::size_t>(first - loops.begin());
  const auto& one = edge.sources[at];
  const auto& two = edge.sources[at + 1];
  const bool same = one.at == At::Same && two.at == At::Same && one.shift == 0 && two.shift == 0 &&
                    one.loop == outer && two.loop == inner;
  return same || (one.at == two.at && one.at != At::Same);
}

bool mergeable(const Section& section, const std::vector<Hold>& holds, int outer, int inner) {
  const auto& loops = section.loops;
  if (loops[static_cast<std::size_t>(outer)].dispatched ||
      loops[static_cast<std::size_t>(inner)].dispatched) {
    return false;
  }
  const auto free = [&](const auto& part) {
    return !looksAt(part.terms, outer) && !looksAt(part.terms, inner);
  };
  const auto taskAllows = [&](const Task& task) {
    return together(task.loops, outer, inner) &&
           std::all_of(task.guards.begin(), task.guards.end(), free) &&
           std::all_of(task.needs.begin(), task.needs.end(), [&](const Edge& edge) {
             return together(edge.lagLoops, outer, inner) && takesOver(section, edge, outer, inner);
           });
  };
  const auto blockAllows = [&](const Block& block) {
    return together(block.loops, outer, inner) &&
           std::none_of(block.items.begin(), block.items.end(), [&](const Item& item) {
             return std::any_of(item.pins.begin(), item.pins.end(), [&](const Item::Pin& pin) {
               return pin.loop == outer || pin.loop == inner;
             });
           });
  };
  const auto holdAllows = [&](const Hold& hold) {
    return together(hold.loops, outer, inner) &&
           std::all_of(hold.users.begin(), hold.users.end(),
                       [&](const Edge& edge) { return takesOver(section, edge, outer, inner); });
  };
  return std::all_of(section.extents.begin(), section.extents.end(), free) &&
         std::all_of(holds.begin(), holds.end(), holdAllows) &&
         std::all_of(section.tasks.begin(), section.tasks.end(), taskAllows) &&
         std::all_of(section.blocks.begin(), section.blocks.end(), blockAllows);
}

/// Takes one of two loops from a need that takes both over.
void dropSource(const Section& section, Edge& edge, int outer) {
  const auto& loops = section.tasks[static_cast<std::size_t>(edge.producer)].loops;
  const auto at = std::find(loops.begin(), loops.end(), outer);
  if (at != loops.end()) {
    edge.sources.erase(edge.sources.begin() + (at - loops.begin()));
  }
  std::erase(edge.lagLoops, outer);
}

/// The inner loop takes the place of both.
void merge(Section& section, std::vector<Hold>& holds, int outer, int inner) {
  auto& kept = section.loops[static_cast<std::size_t>(inner)];
  auto& gone = section.loops[static_cast<std::size_t>(outer)];
  for (auto& task : section.tasks) {
    for (auto& range : task.tile.ranges) {
      for (auto& part : range.parts) {
        if (part.loop == outer) {
          part.loop = inner;
          part.divisor *= kept.trips;
        }
      }
    }
  }
  kept.variable = gone.variable + "*" + kept.variable;
  kept.trips *= gone.trips;
  gone.trips = 1;
  for (auto& task : section.tasks) {
    for (auto& edge : task.needs) {
      dropSource(section, edge, outer);
    }
  }
  for (auto& hold : holds) {
    for (auto& edge : hold.users) {
      dropSource(section, edge, outer);
    }
    std::erase(hold.loops, outer);
  }
  for (auto& task : section.tasks) {
    std::erase(task.loops, outer);
  }
  for (auto& block : section.blocks) {
    std::erase(block.loops, outer);
  }
}

} // namespace

void mergeLoops(Section& section) {
  std::vector<Hold> nothing;
  mergeLoops(section, nothing);
}

void mergeLoops(Section& section, std::vector<Hold>& holds) {
  const auto pairOf = [&]() -> std::pair<int, int> {
    for (const auto& block : section.blocks) {
      for (std::size_t i = 0; i + 1 < block.loops.size(); ++i) {
        if (mergeable(section, holds, block.loops[i], block.loops[i + 1])) {
          return {block.loops[i], block.loops[i + 1]};
        }
      }
    }
    return {-1, -1};
  };
  for (auto pair = pairOf(); pair.first >= 0; pair = pairOf()) {
    merge(section, holds, pair.first, pair.second);
  }
}

} // namespace einsight::sim

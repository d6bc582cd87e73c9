#include "mappings/lowering/places.hpp"

#include "core/invariant.hpp"

#include <algorithm>

namespace einsight::mappings {
namespace {

using Route = sim::Edge::Route;
using Names = std::vector<std::string>;

/// The parts on an axis of a unit; none where nothing is spread over it.
Names spread(const LeafPlan& leaf, const arch::Axis& axis) {
  const auto found = leaf.binding->spatial.find(axis.name);
  return found == leaf.binding->spatial.end() ? Names{} : found->second;
}

/// The rank variable of a part.
std::string variableOf(const Draft& draft, const std::string& part) {
  for (const auto& [variable, parts] : draft.subject.plan().parts) {
    if (std::any_of(parts.begin(), parts.end(),
                    [&](const Part& each) { return each.name == part; })) {
      return variable;
    }
  }
  return part;
}

bool reducedAlong(const Draft& draft, const LeafPlan& leaf, const arch::Axis& axis) {
  const auto names = spread(leaf, axis);
  return std::any_of(names.begin(), names.end(), [&](const std::string& part) {
    const auto variable = variableOf(draft, part);
    return std::any_of(leaf.einsum->reductions.begin(), leaf.einsum->reductions.end(),
                       [&](const auto& reduction) {
                         return std::find(reduction.variables.begin(), reduction.variables.end(),
                                          variable) != reduction.variables.end();
                       });
  });
}

/// Is lane n of one axis about the same indices of the tensor as lane n of the other?
bool sameLanes(const Draft& draft, const LeafPlan& maker, const arch::Axis& from,
               const LeafPlan& reader, const arch::Axis& to, const einsum::Access& access) {
  const auto names = spread(maker, from);
  if (names != spread(reader, to) || (!names.empty() && from.size != to.size)) {
    return false;
  }
  return std::all_of(names.begin(), names.end(), [&](const std::string& part) {
    const auto variable = variableOf(draft, part);
    const auto& made = maker.einsum->output.indices;
    for (std::size_t d = 0; d < made.size(); ++d) {
      if (made[d].plainVariable() == variable) {
        return access.indices[d].plainVariable() == variable;
      }
    }
    return false;
  });
}

/// Do the words of an access enter above each column (one for it, or one for each PE in it)? Else
/// they enter left of each row.
bool entersAbove(const Draft& draft, const LeafPlan& reader, const einsum::Access& access) {
  const auto names = spread(reader, reader.unit->axes.back());
  return std::any_of(names.begin(), names.end(), [&](const std::string& part) {
    const auto variable = variableOf(draft, part);
    return std::any_of(access.indices.begin(), access.indices.end(), [&](const auto& index) {
      return index.terms.find(variable) != index.terms.end();
    });
  });
}

/// Hops along all axes but the last, which is the one of the columns or lanes.
std::int64_t rowsOf(const arch::Unit& unit) {
  std::int64_t rows = 1;
  for (std::size_t a = 0; a + 1 < unit.axes.size(); ++a) {
    rows += unit.axes[a].size - 1;
  }
  return rows;
}

/// The tile of a task's rank variables while its loops stand still.
sim::Tile::Range rangeOf(const Draft& draft, const std::string& variable,
                         const std::vector<int>& fixed) {
  sim::Tile::Range range{variable, draft.cascade().size(variable), -1, {}};
  for (const auto& part : draft.subject.plan().parts.at(variable)) {
    const auto loop = std::find_if(fixed.begin(), fixed.end(), [&](int each) {
      return static_cast<std::size_t>(each) < draft.plan.loops.size() &&
             draft.plan.loops[static_cast<std::size_t>(each)].name == part.name;
    });
    range.parts.push_back({part.trips, part.stride, loop == fixed.end() ? -1 : *loop, 1});
  }
  return range;
}

sim::Tile tileOf(const Draft& draft, const LeafPlan& leaf, const sim::Task& task) {
  sim::Tile tile;
  const auto& variables = leaf.einsum->variables;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    tile.ranges.push_back(rangeOf(draft, variables[v], task.loops));
    tile.ranges.back().extent = task.extents[v];
  }
  for (const auto& axis : leaf.unit->axes) {
    std::vector<sim::Tile::Spread> list;
    for (const auto& name : spread(leaf, axis)) {
      const auto variable = variableOf(draft, name);
      const auto range = std::find(variables.begin(), variables.end(), variable);
      if (range == variables.end()) {
        continue; // not a rank of this Einsum: the lanes do the same
      }
      const auto& parts = draft.subject.plan().parts.at(variable);
      const auto part = std::find_if(parts.begin(), parts.end(),
                                     [&](const Part& each) { return each.name == name; });
      list.push_back(
          {static_cast<int>(range - variables.begin()), static_cast<int>(part - parts.begin())});
    }
    tile.axes.push_back(std::move(list));
  }
  return tile;
}

sim::Tile tileOf(const Draft& draft, const TaskOrigin& origin, const sim::Task& task) {
  sim::Tile tile;
  tile.tensor = task.name;
  std::map<std::string, int> known;
  for (const auto& index : origin.access->indices) {
    sim::Tile::Index made{index.constant, {}};
    for (const auto& [variable, coefficient] : index.terms) {
      const auto [found, fresh] = known.emplace(variable, static_cast<int>(tile.ranges.size()));
      if (fresh) {
        tile.ranges.push_back(rangeOf(draft, variable, task.loops));
      }
      made.terms.emplace_back(found->second, coefficient);
    }
    tile.indices.push_back(std::move(made));
  }
  for (const int loop : task.loops) { // loops of pieces follow those of the plan
    tile.pieces = static_cast<std::size_t>(loop) >= draft.plan.loops.size() ? loop : tile.pieces;
  }
  return tile;
}

} // namespace

Way wayToReader(const Draft& draft, const LeafPlan& maker, const LeafPlan& reader,
                const einsum::Access& access, bool stays) {
  const auto& axes = maker.unit->axes;
  const auto hop = maker.unit->hopLatency;
  const auto reduces = [&](const arch::Axis& axis) { return reducedAlong(draft, maker, axis); };
  const bool same = maker.unit == reader.unit && std::none_of(axes.begin(), axes.end(), reduces) &&
                    std::all_of(axes.begin(), axes.end(), [&](const arch::Axis& axis) {
                      return sameLanes(draft, maker, axis, reader, axis, access);
                    });
  if (stays && same) {
    return {};
  }
  const bool across = reduces(axes.back());
  const bool corner = across && (axes.size() != 2 || reduces(axes.front()));
  if (corner || (hop != reader.unit->hopLatency && hop != 0)) {
    return wayToMemory(maker);
  }
  const auto& leaving = across ? axes.front() : axes.back();
  const auto& entering =
      entersAbove(draft, reader, access) ? reader.unit->axes.back() : reader.unit->axes.front();
  const bool inStep =
      spread(maker, leaving).empty() || sameLanes(draft, maker, leaving, reader, entering, access);
  return inStep ? Way{Route::Lane, hop * (across ? axes.back().size : rowsOf(*maker.unit))}
                : wayToMemory(maker);
}

Way wayToMemory(const LeafPlan& maker) {
  const auto& unit = *maker.unit;
  return {Route::Gathered, unit.hopLatency * (rowsOf(unit) + unit.axes.back().size - 1)};
}

Way wayBack(const Draft& draft, const LeafPlan& reader, const std::string& tensor) {
  const auto& unit = *reader.unit;
  auto read = accesses(*reader.einsum, tensor);
  if (read.empty()) { // what lies in its place
    read = accesses(*reader.einsum, "");
  }
  std::int64_t above = 0; // hops to the last feeder
  std::int64_t left = 0;
  for (const auto* access : read) {
    if (entersAbove(draft, reader, *access)) {
      above = unit.axes.back().size - 1;
    } else {
      left = rowsOf(unit) - 1;
    }
  }
  if (above == 0 && left == 0) {
    return {};
  }
  return above >= left ? Way{Route::ReadColumns, unit.hopLatency * above}
                       : Way{Route::ReadRows, unit.hopLatency * left};
}

void addTiles(Draft& draft) {
  for (std::size_t l = 0; l < draft.plan.leaves.size(); ++l) {
    auto& task = draft.task(draft.leafTask[l]);
    task.tile = tileOf(draft, draft.plan.leaves[l], task);
  }
  for (std::size_t t = 0; t < draft.section.tasks.size(); ++t) {
    auto& task = draft.section.tasks[t];
    if (task.kind != sim::Task::Kind::Compute) {
      EINSIGHT_INVARIANT(draft.origins[t].access != nullptr, "a transfer moves something");
      task.tile = tileOf(draft, draft.origins[t], task);
    }
  }
}

} // namespace einsight::mappings

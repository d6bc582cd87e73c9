#include "mappings/mapper/sections.hpp"
#include "mappings/mapper/stages.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

constexpr int kWaiting = 3; ///< results: one is added up while two are on their way

/// The loops with the chunks of one rank variable cut into so many; nothing where that leaves no
/// loop of it.
std::optional<Nested> smaller(const Nested& nested, std::int64_t parts) {
  auto made = nested;
  bool any = false;
  for (auto& outer : made.loops) {
    std::int64_t tiles = 0;
    for (auto& inner : made.loops) {
      if (&inner == &outer || inner.variable != outer.variable ||
          inner.stride * inner.trips != outer.stride) {
        continue;
      }
      const auto chunk = inner.trips / parts;
      if (chunk < 2) {
        return std::nullopt;
      }
      inner.trips = chunk;
      tiles = chunk * inner.stride;
      any = true;
    }
    if (tiles > 0) {
      outer.stride = tiles;
      outer.trips = (made.size(outer.variable) + tiles - 1) / tiles;
    }
  }
  return any ? std::optional(made) : std::nullopt;
}

/// Results that only leave wait in the registers, as many as fit.
bool waiting(Solution& solution) {
  bool any = false;
  const auto& facts = *solution.nested.facts;
  for (std::size_t t = 0; t < solution.tensors.size(); ++t) {
    const int maker = solution.nested.makerOf(solution.tensors[t]);
    auto& keeps = solution.options[t].keeps;
    if (maker < 0) {
      continue;
    }
    Chosen chosen;
    for (const auto& bound : solution.bounds) {
      chosen.push_back(&bound);
    }
    Movement movement(solution.nested, chosen, solution.stages, solution.tensors[t]);
    const auto& leaf = solution.nested.leaves[static_cast<std::size_t>(maker)];
    const int unit = solution.bounds[static_cast<std::size_t>(maker)].unit;
    const int registers = facts.registers[static_cast<std::size_t>(unit)];
    if (!movement.readers().empty() || !keeps.empty() || registers < 0) {
      continue;
    }
    for (int tiles = kWaiting; tiles > 1; --tiles) {
      Keep keep;
      keep.memory = registers;
      keep.node = leaf.node;
      keep.fixed = static_cast<int>(leaf.path.size());
      keep.tiles = tiles;
      Cost before, after;
      const bool both = movement.cost({}, before) && movement.cost({{keep}}, after);
      const auto m = static_cast<std::size_t>(registers);
      const auto capacity = facts.machine.memories()[m].capacity;
      const double room = solution.cost.room[m] + after.room[m];
      if (both && (!capacity || room <= static_cast<double>(*capacity)) &&
          after.port[0] <= before.port[0] * (1 + 1e-9)) {
        keeps.push_back(keep);
        solution.cost.room[m] = room;
        any = true;
        break;
      }
    }
  }
  return any;
}

/// The best keeps for given loops, units and stages.
void addBest(const Nested& nested, const std::vector<Bound>& bounds, const Stages& stages,
             std::vector<Solution>& list) {
  Front front(Objective::Latency);
  Counts counts;
  Chooser(nested, front, counts).runFixed(bounds, stages);
  for (auto solution : front.solutions()) {
    auto waits = solution;
    if (waiting(waits)) {
      list.push_back(std::move(waits));
    }
    list.push_back(std::move(solution));
  }
}

} // namespace

std::vector<Solution> variants(const Solution& section) {
  std::vector<Solution> list;
  for (const std::int64_t parts : {1, 2, 4}) {
    const auto nested = parts == 1 ? std::optional(section.nested) : smaller(section.nested, parts);
    if (!nested) {
      continue;
    }
    if (const auto deep = pipeline(*nested, section.bounds)) {
      addBest(*nested, section.bounds, *deep, list);
    }
    addBest(*nested, section.bounds, {}, list);
  }
  return list;
}

} // namespace einsight::mappings::mapper

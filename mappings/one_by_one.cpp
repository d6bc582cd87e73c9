#include "mappings/one_by_one.hpp"

#include "core/invariant.hpp"
#include "einsum/analysis.hpp"
#include "einsum/operators.hpp"
#include "einsum/order.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace einsight::mappings {
namespace {

using einsum::Einsum;
using Names = std::vector<std::string>;

/// Where an Einsum runs: a unit, and rank variables along its axes.
struct Place {
  const arch::Unit* unit = nullptr;
  std::map<std::string, Names> spatial;
  double cycles = 0;
};

class Making {
public:
  Making(Mapping base, const einsum::Cascade& cascade, const arch::Machine& machine,
         core::Problems& problems)
      : mapping_(std::move(base)), cascade_(cascade), machine_(machine), problems_(problems) {}

  Mapping make() {
    const auto groups = einsum::dependencyOrder(cascade_.einsums());
    EINSIGHT_INVARIANT(groups.has_value(), "a checked cascade has an order of evaluation");
    for (const auto& group : *groups) {
      std::vector<const Einsum*> members;
      for (const auto member : group.members) {
        const auto& einsum = cascade_.einsums()[member];
        if (!einsum.view) {
          members.push_back(&einsum);
          places_[einsum.name] = placeOf(einsum, group.variable);
        }
      }
      if (!members.empty()) {
        groups_.emplace_back(std::move(members), group.variable);
      }
    }
    if (problems_.empty()) {
      cut();
      for (const auto& [members, variable] : groups_) {
        section(members, variable);
      }
    }
    return std::move(mapping_);
  }

private:
  /// The fastest unit, with its axes filled.
  Place placeOf(const Einsum& einsum, const std::string& iterative) {
    std::optional<Place> best;
    Names missing;
    for (const auto& unit : machine_.units()) {
      const auto cycles = cyclesPerPoint(einsum, unit, missing);
      if (!cycles) {
        continue;
      }
      Place place{&unit, {}, *cycles};
      spread(einsum, iterative, place);
      if (!best || place.cycles < best->cycles) {
        best = place;
      }
    }
    if (!best) {
      problems_.push_back({einsum.where,
                           fmt::format("no unit of '{}' can do every operator of Einsum '{}': {}",
                                       machine_.name(), einsum.name, fmt::join(missing, "; ")),
                           "give a unit of the machine those operations"});
      return {};
    }
    return *best;
  }

  static std::optional<double> cyclesPerPoint(const Einsum& einsum, const arch::Unit& unit,
                                              Names& missing) {
    double cycles = 0;
    Names lacking;
    for (const auto& [op, count] : einsum::operationsPerPoint(einsum)) {
      if (const auto* operation = unit.operation(op)) {
        cycles += operation->cycles.toDouble() * static_cast<double>(count);
      } else {
        lacking.push_back(op);
      }
    }
    if (!lacking.empty()) {
      missing.push_back(fmt::format("{} lacks {}", unit.name, fmt::join(lacking, ", ")));
      return std::nullopt;
    }
    return cycles;
  }

  /// Rank variables of the result that no scan runs along, the longest first; those that a topk
  /// lists are not of the iteration space.
  [[nodiscard]] Names parallel(const Einsum& einsum, const std::string& iterative) const {
    Names out;
    einsum::addVariables(einsum.output, out);
    Names kept = einsum::reducedVariables(einsum);
    for (const auto& reduction : einsum.reductions) {
      kept.insert(kept.end(), reduction.variables.begin(), reduction.variables.end());
    }
    std::erase_if(out, [&](const auto& name) {
      return name == iterative || einsum::contains(kept, name) ||
             !einsum::contains(einsum.variables, name) || cascade_.size(name) == 1;
    });
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
      return cascade_.size(a) > cascade_.size(b);
    });
    return out;
  }

  /// Each axis, the longest first, takes the longest variable left, and more while they fit.
  void spread(const Einsum& einsum, const std::string& iterative, Place& place) const {
    Names free = parallel(einsum, iterative);
    auto axes = place.unit->axes;
    std::stable_sort(axes.begin(), axes.end(),
                     [](const auto& a, const auto& b) { return a.size > b.size; });
    for (const auto& variable : einsum.variables) {
      place.cycles *= static_cast<double>(cascade_.size(variable));
    }
    for (const auto& axis : axes) {
      std::int64_t used = 1;
      Names& names = place.spatial[axis.name];
      for (auto variable = free.begin(); variable != free.end();) {
        const auto size = cascade_.size(*variable);
        if (names.empty() || used * size <= axis.size) {
          names.push_back(*variable);
          used *= size;
          variable = free.erase(variable);
        } else {
          ++variable;
        }
      }
      const auto passes = (used + axis.size - 1) / axis.size;
      place.cycles *= static_cast<double>(passes) / static_cast<double>(used);
      if (names.empty()) {
        place.spatial.erase(axis.name);
      }
    }
  }

  /// Cuts every variable that is longer than an axis it lies along, into tiles of the largest such
  /// axis.
  void cut() {
    std::map<std::string, std::int64_t> tiles;
    for (const auto& [einsum, place] : places_) {
      for (const auto& [axis, names] : place.spatial) {
        const auto size = place.unit->axis(axis)->size;
        if (cascade_.size(names.front()) > size) {
          tiles[names.front()] = std::max(tiles[names.front()], size);
        }
      }
    }
    for (const auto& [variable, size] : tiles) {
      if (cascade_.size(variable) <= size) {
        continue;
      }
      const Names parts{freshName(variable + "_tile"), freshName(variable + "_lane")};
      mapping_.partitions.push_back({variable, parts, mapping_.where});
      mapping_.sizes[parts[1]] = {core::Expression::constant(size), {}, mapping_.where};
      parts_[variable] = parts;
    }
  }

  [[nodiscard]] std::string freshName(std::string name) const {
    while (cascade_.size(name) > 0) {
      name += '_';
    }
    return name;
  }

  [[nodiscard]] Names partsOf(const std::string& variable) const {
    const auto found = parts_.find(variable);
    return found == parts_.end() ? Names{variable} : found->second;
  }

  void section(const std::vector<const Einsum*>& members, const std::string& iterative) {
    Names inside; // parts that some member has in its tile
    Names outside;
    for (const auto* einsum : members) {
      const auto& place = places_.at(einsum->name);
      Binding binding{einsum->name, place.unit->name, {}, mapping_.where};
      for (const auto& [axis, names] : place.spatial) {
        for (const auto& name : names) {
          binding.spatial[axis].push_back(partsOf(name).back());
          inside.push_back(partsOf(name).back());
        }
      }
      mapping_.bindings.push_back(std::move(binding));
      for (const auto& variable : inTime(*einsum)) {
        const auto parts = partsOf(variable);
        inside.insert(inside.end(), parts.begin(), parts.end());
      }
    }
    for (const auto* einsum : members) {
      for (const auto& variable : einsum->variables) {
        for (const auto& part : partsOf(variable)) {
          if (!einsum::contains(inside, part) && !einsum::contains(outside, part) &&
              part != iterative && cascade_.size(variable) > 1 && everyHas(members, variable)) {
            outside.push_back(part);
          }
        }
      }
    }
    if (!iterative.empty()) {
      outside.push_back(iterative);
    }
    Nest nest;
    nest.loops = std::move(outside);
    nest.where = mapping_.where;
    Phase phase;
    for (const auto* einsum : members) {
      phase.lines.push_back({einsum->name, {}, 0, mapping_.where});
    }
    nest.phases.push_back(std::move(phase));
    mapping_.sections.push_back({members.front()->name, std::move(nest)});
  }

  static bool everyHas(const std::vector<const Einsum*>& members, const std::string& variable) {
    return std::all_of(members.begin(), members.end(), [&](const Einsum* einsum) {
      return einsum::contains(einsum->variables, variable);
    });
  }

  /// What passes through the PEs in time: everything reduced or scanned.
  static Names inTime(const Einsum& einsum) {
    Names out;
    for (const auto& reduction : einsum.reductions) {
      out.insert(out.end(), reduction.variables.begin(), reduction.variables.end());
    }
    return out;
  }

  Mapping mapping_;
  const einsum::Cascade& cascade_;
  const arch::Machine& machine_;
  core::Problems& problems_;
  std::map<std::string, Place> places_; ///< by Einsum
  std::map<std::string, Names> parts_;
  std::vector<std::pair<std::vector<const Einsum*>, std::string>> groups_;
};

} // namespace

core::Expected<Mapping> oneByOne(Mapping base, const einsum::Cascade& cascade,
                                 const arch::Machine& machine) {
  core::Problems problems;
  auto mapping = Making(std::move(base), cascade, machine, problems).make();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return mapping;
}

} // namespace einsight::mappings

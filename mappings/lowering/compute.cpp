#include "einsum/analysis.hpp"
#include "mappings/lowering/draft.hpp"

#include <algorithm>

namespace einsight::mappings {

core::Rational cyclesPerPoint(const arch::Unit& unit,
                              const std::vector<einsum::OperationCount>& operations) {
  core::Rational sum(0);
  for (std::size_t i = 0; i < operations.size();) {
    std::size_t length = 1;
    for (const auto& chain : unit.chained) {
      const bool matches =
          i + chain.size() <= operations.size() &&
          std::equal(chain.begin(), chain.end(),
                     operations.begin() + static_cast<std::ptrdiff_t>(i),
                     [](const auto& name, const auto& operation) { return operation.op == name; });
      length = matches ? std::max(length, chain.size()) : length;
    }
    core::Rational longest(0);
    for (std::size_t k = i; k < i + length; ++k) {
      longest = std::max(longest, unit.operation(operations[k].op)->cycles *
                                      core::Rational(operations[k].perPoint));
    }
    sum = sum + longest;
    i += length;
  }
  return sum;
}

namespace {

/// Passes over the tile: temporal ranks one value at a time, spatial ones as many as lanes hold.
sim::Amount passes(Draft& draft, const LeafPlan& leaf) {
  sim::Amount amount;
  for (const auto& variable : leaf.einsum->variables) {
    std::int64_t lanes = 1;
    for (const auto& part : draft.subject.plan().parts.at(variable)) {
      for (const auto& [axis, names] : leaf.binding->spatial) {
        lanes *= std::find(names.begin(), names.end(), part.name) != names.end() ? part.trips : 1;
      }
    }
    amount.factors.push_back({draft.extent(variable, leaf.loops, leaf.einsum->domain), lanes});
  }
  for (const auto& [axis, names] : leaf.binding->spatial) {
    std::int64_t wanted = 1;
    for (const auto& [variable, parts] : draft.subject.plan().parts) {
      for (const auto& part : parts) {
        wanted *= std::find(names.begin(), names.end(), part.name) != names.end() ? part.trips : 1;
      }
    }
    const auto size = leaf.unit->axis(axis)->size;
    amount.scale *= (wanted + size - 1) / size;
  }
  return amount;
}

sim::Amount times(sim::Amount amount, std::int64_t factor) {
  amount.scale *= factor;
  return amount;
}

/// Operations, their actions, and busy PE-cycles of one tile.
void countWork(Draft& draft, const LeafPlan& leaf, sim::Task& task, const sim::Amount& points) {
  const auto operations = einsum::operationsPerPoint(*leaf.einsum);
  const auto cycles = cyclesPerPoint(*leaf.unit, operations);
  task.counts.push_back({draft.counter({sim::Counter::Kind::BusyLanes,
                                        leaf.unit->name,
                                        "lanes",
                                        task.einsum,
                                        {},
                                        cycles.denominator()}),
                         times(points, cycles.numerator())});
  for (const auto& [op, perPoint] : operations) {
    task.counts.push_back(
        {draft.counter({sim::Counter::Kind::Operation, leaf.unit->name, op, task.einsum, {}, 1}),
         times(points, perPoint)});
    for (const auto& [name, count] : leaf.unit->operation(op)->actions) {
      const auto action =
          std::find_if(leaf.unit->actions.begin(), leaf.unit->actions.end(),
                       [&, wanted = name](const auto& a) { return a.name == wanted; });
      const bool free = draft.convention("free_" + op);
      task.counts.push_back(
          {draft.counter({sim::Counter::Kind::Action, leaf.unit->name, free ? op + " (free)" : name,
                          -1, free ? std::optional<double>(0) : action->picojoules, 1}),
           times(points, perPoint * count)});
    }
  }
}

/// In a nest that skips masked tiles an Einsum does not run where its neighbours find nothing that
/// attends, provided it has all the loops that decide this.
void skipMasked(Draft& draft, const LeafPlan& leaf, sim::Task& task, TaskOrigin& origin) {
  const auto& node = draft.plan.nodes[static_cast<std::size_t>(leaf.node)];
  if (!node.nest->skipMasked) {
    return;
  }
  for (const auto& other : draft.plan.leaves) {
    auto guards = draft.guards(*other.einsum, other.loops);
    for (std::size_t i = 0; i < guards.size(); ++i) {
      auto& guard = guards[i];
      const bool decidable =
          std::all_of(guard.terms.begin(), guard.terms.end(), [&](const sim::LoopTerm& term) {
            return std::find(leaf.loops.begin(), leaf.loops.end(), term.loop) != leaf.loops.end();
          });
      if (other.node == leaf.node && !guard.terms.empty() && decidable) {
        task.guards.push_back(std::move(guard));
        origin.masks.push_back({&other.einsum->domain[i], other.loops});
      }
    }
  }
}

} // namespace

void addCompute(Draft& draft) {
  for (const auto& leaf : draft.plan.leaves) {
    sim::Task task;
    task.name = leaf.einsum->name;
    task.kind = sim::Task::Kind::Compute;
    task.loops = leaf.loops;
    task.resource = draft.resource(leaf.unit->name);
    const auto& names = draft.schedule.einsums;
    task.einsum =
        static_cast<int>(std::find(names.begin(), names.end(), task.name) - names.begin());
    sim::Amount points;
    for (const auto& variable : leaf.einsum->variables) {
      const int extent = draft.extent(variable, leaf.loops, leaf.einsum->domain);
      points.factors.push_back({extent, 1});
      task.extents.push_back(extent);
    }
    task.guards = draft.guards(*leaf.einsum, leaf.loops);
    auto origin = Draft::origin(*leaf.einsum, nullptr, leaf.loops);
    skipMasked(draft, leaf, task, origin);
    task.ticks = passes(draft, leaf);
    countWork(draft, leaf, task, points);
    countRegisters(draft, leaf, points, task, origin);
    const auto cycles = cyclesPerPoint(*leaf.unit, einsum::operationsPerPoint(*leaf.einsum));
    draft.leafTask.push_back(draft.addTask(std::move(task), cycles, std::move(origin)));
  }
}

} // namespace einsight::mappings

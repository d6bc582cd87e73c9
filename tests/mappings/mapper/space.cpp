#include "space.hpp"

#include "arch/catalogue.hpp"
#include "mappings/lower.hpp"
#include "mappings/mapper/compose.hpp"
#include "mappings/mapper/options.hpp"
#include "mappings/mapper/shapes.hpp"
#include "mappings/verify.hpp"
#include "sim/merge.hpp"
#include "sim/totals.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <numeric>
#include <rapidcheck.h>

namespace einsight::mappings::test {
namespace {

using mapper::Solution;

/// All sections of some Einsums, whatever they cost.
class Sections {
public:
  Sections(const mapper::Facts& facts, std::size_t most) : facts_(facts), most_(most) {}

  std::vector<Solution> of(const std::vector<int>& members, bool anySize) {
    list_.clear();
    const mapper::Shapes shapes(facts_, members, anySize, false);
    if (!shapes.legal()) {
      return {};
    }
    for (const auto& cuts : shapes.cuts()) {
      std::vector<mapper::Tile> tiles;
      for (const auto& cut : cuts) {
        tiles.push_back(cut.tile);
      }
      mapper::Places places(facts_, tiles, members);
      shapes.nests(cuts, places, [&](const mapper::Nested& nested) {
        Solution solution;
        solution.nested = nested;
        choose(solution, places, 0);
        return list_.size() <= most_;
      });
    }
    return list_;
  }

private:
  /// Each nest that may leave out masked tiles does, or does not.
  void choose(Solution& solution, mapper::Places& places, std::size_t node) {
    if (node == solution.nested.nodes.size()) {
      return bind(solution, 0);
    }
    choose(solution, places, node + 1);
    if (!solution.nested.nodes[node].skips) {
      return;
    }
    const auto skipping = solution.nested;
    solution.nested.nodes[node].skips = false;
    for (const int number : solution.nested.nodes[node].leaves) {
      auto& leaf = solution.nested.leaves[static_cast<std::size_t>(number)];
      leaf.visits = facts_.einsums[static_cast<std::size_t>(leaf.einsum)].domain;
      leaf.bounds = &places.of(leaf.einsum, leaf.visits);
    }
    choose(solution, places, node + 1);
    solution.nested = skipping;
  }

  void bind(Solution& solution, std::size_t leaf) {
    const auto& leaves = solution.nested.leaves;
    if (leaf == leaves.size()) {
      return keep(solution, 0);
    }
    for (const auto& bound : *leaves[leaf].bounds) {
      solution.bounds.push_back(bound);
      bind(solution, leaf + 1);
      solution.bounds.pop_back();
    }
  }

  void keep(Solution& solution, std::size_t tensor) {
    if (tensor == facts_.tensors.size()) {
      if (list_.size() <= most_) {
        list_.push_back(solution);
      }
      return;
    }
    mapper::Chosen chosen;
    for (const auto& bound : solution.bounds) {
      chosen.push_back(&bound);
    }
    const int number = static_cast<int>(tensor);
    mapper::Movement movement(solution.nested, chosen, sequential_, number);
    if (movement.maker() < 0 && movement.readers().empty()) {
      return keep(solution, tensor + 1);
    }
    for (const auto& option : mapper::optionsOf(solution.nested, chosen, movement, number)) {
      mapper::Cost ignored;
      if (!movement.cost(option, ignored)) {
        continue;
      }
      solution.tensors.push_back(number);
      solution.options.push_back(option);
      keep(solution, tensor + 1);
      solution.tensors.pop_back();
      solution.options.pop_back();
    }
  }

  const mapper::Facts& facts_;
  std::size_t most_;
  mapper::Stages sequential_;
  std::vector<Solution> list_;
};

class Enumeration {
public:
  Enumeration(const einsum::Cascade& cascade, const arch::Machine& machine, std::size_t most)
      : cascade_(cascade), machine_(machine), facts_(cascade, machine), most_(most) {}

  Enumerated all() {
    cut(0);
    return std::move(found_);
  }

private:
  /// Sections from Einsum `first` on.
  void cut(std::size_t first) {
    const auto count = facts_.einsums.size();
    if (first == count) {
      return look();
    }
    for (auto last = first; last < count && found_.mappings <= most_; ++last) {
      std::vector<int> members(last - first + 1);
      std::iota(members.begin(), members.end(), static_cast<int>(first));
      const bool whole = members.size() == count;
      for (const auto& section : Sections(facts_, most_).of(members, whole)) {
        chosen_.push_back(&section);
        cut(last + 1);
        chosen_.pop_back();
        if (found_.mappings > most_) {
          return;
        }
      }
    }
  }

  void look() {
    ++found_.mappings;
    auto mapping = mapper::compose(facts_, chosen_, {});
    if (!mapping) {
      return;
    }
    const auto verified = verify(std::move(*mapping), cascade_, machine_);
    if (!verified) {
      return;
    }
    const auto schedule = lower(*verified);
    if (!schedule) {
      return;
    }
    const auto result = sim::summarize(*schedule, sim::analytic(*schedule), machine_.clockHertz());
    if (result) {
      found_.costs.emplace_back(*result->cycles, result->energy.total.value_or(0));
    }
  }

  const einsum::Cascade& cascade_;
  const arch::Machine& machine_;
  mapper::Facts facts_;
  std::size_t most_;
  std::vector<const Solution*> chosen_;
  Enumerated found_;
};

} // namespace

Enumerated enumerate(const einsum::Cascade& cascade, const arch::Machine& machine,
                     std::size_t most) {
  return Enumeration(cascade, machine, most).all();
}

arch::Machine machineOf(const std::string& name, const core::Settings& settings) {
  auto machine = arch::load(name, settings);
  if (!machine) {
    FAIL(core::render(machine.error()));
  }
  return std::move(*machine);
}

std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high + 1));
}

double value(Objective objective, double cycles, double picojoules) {
  return objective == Objective::Latency  ? cycles
         : objective == Objective::Energy ? picojoules
                                          : cycles * picojoules;
}

std::string violation(const Found& found, const arch::Machine& machine) {
  for (const auto& each : found.finalists) {
    const auto verified = verify(each.mapping, *each.cascade, machine);
    if (!verified) {
      return core::render(verified.error());
    }
    auto schedule = lower(*verified);
    if (!schedule) {
      return core::render(schedule.error());
    }
    const auto bound = sim::analytic(*schedule);
    const auto cycles =
        static_cast<double>(bound.ticks) / static_cast<double>(schedule->ticksPerCycle);
    if (std::abs(cycles - each.evaluation.cycles) > 1e-6 * cycles) {
      return fmt::format("bound {} instead of {}", each.evaluation.cycles, cycles);
    }
    for (auto& section : schedule->sections) {
      sim::mergeLoops(section);
    }
    const auto totals = sim::cycle(*schedule);
    if (!totals) {
      return core::render(totals.error());
    }
    if (totals->ticks < bound.ticks) {
      return "the simulation is faster than the bound";
    }
  }
  return "";
}

} // namespace einsight::mappings::test

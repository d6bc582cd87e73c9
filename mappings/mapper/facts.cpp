#include "mappings/mapper/facts.hpp"

#include "einsum/analysis.hpp"
#include "mappings/lowering/draft.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

const arch::Action* actionOf(const std::vector<arch::Action>& actions, const std::string& name) {
  const auto found = std::find_if(actions.begin(), actions.end(),
                                  [&](const arch::Action& action) { return action.name == name; });
  return found == actions.end() ? nullptr : &*found;
}

double energyOf(const std::vector<arch::Action>& actions, const std::string& name) {
  const auto* action = actionOf(actions, name);
  return action == nullptr ? 0 : action->picojoules.value_or(0);
}

WorkFact workOf(const einsum::Einsum& einsum, const arch::Unit& unit) {
  const auto operations = einsum::operationsPerPoint(einsum);
  WorkFact work;
  work.able = std::all_of(operations.begin(), operations.end(), [&](const auto& operation) {
    return unit.operation(operation.op) != nullptr;
  });
  if (!work.able) {
    return work;
  }
  work.cycles = cyclesPerPoint(unit, operations).toDouble();
  for (const auto& [op, perPoint] : operations) {
    for (const auto& [name, count] : unit.operation(op)->actions) {
      work.picojoules += energyOf(unit.actions, name) * static_cast<double>(perPoint * count);
    }
  }
  return work;
}

/// Actions without an energy: those of memories, and of units for what the Einsums compute.
std::vector<std::string> uncoveredActions(const einsum::Cascade& cascade,
                                          const arch::Machine& machine) {
  std::vector<std::string> list;
  const auto add = [&](const std::string& component, const arch::Action& action) {
    auto text = action.name + " of " + component;
    if (!action.picojoules && std::find(list.begin(), list.end(), text) == list.end()) {
      list.push_back(std::move(text));
    }
  };
  for (const auto& memory : machine.memories()) {
    for (const auto& action : memory.actions) {
      add(memory.name, action);
    }
  }
  for (const auto& unit : machine.units()) {
    for (const auto& einsum : cascade.einsums()) {
      for (const auto& operation : einsum::operationsPerPoint(einsum)) {
        const auto* able = unit.operation(operation.op);
        for (std::size_t a = 0; able != nullptr && a < able->actions.size(); ++a) {
          if (const auto* action = actionOf(unit.actions, able->actions[a].first)) {
            add(unit.name, *action);
          }
        }
      }
    }
  }
  return list;
}

} // namespace

Facts::Facts(const einsum::Cascade& given, const arch::Machine& on) : cascade(given), machine(on) {
  for (const auto& [name, size] : cascade.sizes()) {
    names.push_back(name);
    sizes.push_back(size);
  }
  masks = std::make_shared<Masks>(sizes);
  exact = names.size() <= 64;
  for (const auto& each : cascade.tensors()) {
    tensors.push_back({&each, -1, -1, {}});
  }
  for (const auto& memory : machine.memories()) {
    const auto& rate = memory.bandwidth;
    memories.push_back({energyOf(memory.actions, "read"), energyOf(memory.actions, "write"),
                        rate ? rate->toDouble() : 0, -1});
    for (std::size_t u = 0; u < machine.units().size(); ++u) {
      if (memory.unit == machine.units()[u].name) {
        memories.back().unit = static_cast<int>(u);
      }
    }
  }
  registers.assign(machine.units().size(), -1);
  for (std::size_t m = 0; m < memories.size(); ++m) {
    if (memories[m].unit >= 0) {
      registers[static_cast<std::size_t>(memories[m].unit)] = static_cast<int>(m);
    }
  }
  for (const auto& [name, holds] : machine.conventions()) {
    exact = exact && !holds;
  }
  uncovered = uncoveredActions(cascade, machine);
  for (const auto& einsum : cascade.einsums()) {
    addEinsum(einsum);
  }
}

int Facts::variable(std::string_view name) const {
  return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

int Facts::tensor(std::string_view name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const TensorFact& fact) {
    return fact.tensor->name == name;
  });
  return static_cast<int>(found - tensors.begin());
}

AccessFact Facts::accessOf(const einsum::Access& access) {
  AccessFact fact;
  fact.tensor = tensor(access.tensor);
  const auto* maker = cascade.einsum(access.tensor);
  const auto& shape = cascade.tensor(access.tensor)->shape;
  for (std::size_t d = 0; d < access.indices.size(); ++d) {
    const auto& index = access.indices[d];
    IndexFact made;
    made.shape = shape[d];
    for (const auto& [name, coefficient] : index.terms) {
      made.terms.push_back({variable(name), coefficient});
      fact.variables |= only(made.terms.back().variable);
    }
    if (const auto plain = index.plainVariable(); !plain.empty()) {
      made.plain = variable(plain);
    }
    const bool iterates = maker != nullptr && maker->iterative.has_value();
    made.replaced = iterates && index.terms.count(*maker->iterative) > 0;
    if (made.replaced && maker->output.indices[d].terms.count(*maker->iterative) > 0) {
      fact.shift = maker->output.indices[d].constant - index.constant;
    }
    exact = exact && index.gatherTensor.empty();
    fact.indices.push_back(std::move(made));
  }
  return fact;
}

void Facts::addEinsum(const einsum::Einsum& einsum) {
  const int number = static_cast<int>(einsums.size());
  for (const auto& name : reads(einsum)) {
    tensors[static_cast<std::size_t>(tensor(name))].readers.push_back(einsum.view ? -1 : number);
  }
  if (einsum.view) {
    for (const auto& index : accesses(einsum, "").front()->indices) {
      for (const auto& [name, coefficient] : index.terms) { // m1*M0 + m0: m0 cuts
        if (index.terms.size() > 1 && coefficient == 1) {
          partitions |= only(variable(name));
        }
      }
    }
    return;
  }
  EinsumFact fact;
  fact.einsum = &einsum;
  for (const auto& name : einsum.variables) {
    fact.variables |= only(variable(name));
  }
  for (const auto& reduction : einsum.reductions) {
    for (const auto& name : reduction.variables) {
      fact.reduced |= only(variable(name));
    }
  }
  fact.output = accessOf(einsum.output);
  for (const auto* access : accesses(einsum, "")) {
    fact.reads.push_back(accessOf(*access));
  }
  fact.iterative = einsum.iterative ? variable(*einsum.iterative) : -1;
  for (const auto& unit : machine.units()) {
    fact.work.push_back(workOf(einsum, unit));
  }
  addClips(einsum, fact);
  auto& made = tensors[static_cast<std::size_t>(fact.output.tensor)];
  made.maker = number;
  made.iterative = fact.iterative;
  einsums.push_back(std::move(fact));
}

void Facts::addClips(const einsum::Einsum& einsum, EinsumFact& fact) {
  std::vector<MaskFact> domain;
  for (const auto& constraint : einsum.domain) {
    domain.push_back({{}, constraint.constant});
    ClipFact clip{-1, -1, 1, constraint.constant + 1};
    bool shortens = true; // extents of other rank variables than its own tile, when these stand
    bool single = false;
    for (const auto& [name, coefficient] : constraint.terms) {
      domain.back().terms.emplace_back(variable(name), coefficient);
      shortens = shortens && coefficient < 0;
      single = single || coefficient == -1;
      if (coefficient == -1 && clip.variable < 0) {
        clip.variable = variable(name);
      } else {
        clip.outer = variable(name);
        clip.coefficient = -coefficient;
      }
    }
    if (!shortens || !single) {
      continue;
    }
    const bool usable =
        constraint.terms.size() == 2 && clip.outer >= 0 &&
        clip.coefficient >= sizes[static_cast<std::size_t>(clip.variable)] &&
        std::none_of(fact.clips.begin(), fact.clips.end(),
                     [&](const ClipFact& known) { return known.variable == clip.variable; });
    exact = exact && usable;
    if (usable) {
      fact.clips.push_back(clip);
    }
  }
  fact.domain = masks->setOf(domain);
  masked = masked || einsum.masks > 0;
}

Facts Facts::unmasked() const {
  auto facts = *this;
  facts.masks = std::make_shared<Masks>(sizes);
  facts.masked = false;
  for (auto& einsum : facts.einsums) {
    einsum.domain = 0;
  }
  return facts;
}

double Facts::points(Variables variables, int set) const {
  double points = 1;
  std::vector<TileRange> ranges;
  for (int v = 0; v < static_cast<int>(sizes.size()); ++v) {
    const auto size = sizes[static_cast<std::size_t>(v)];
    if (has(variables, v) && masks->looksAt(set, v)) {
      ranges.push_back({v, 1, 0, size});
    } else if (has(variables, v)) {
      points *= static_cast<double>(size);
    }
  }
  return points * masks->count(set, ranges);
}

} // namespace einsight::mappings::mapper

#include "core/text.hpp"
#include "mappings/planning.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings {
namespace {

using core::Problems;

/// Trip counts of the parts, from sizes already known. The outermost part covers the rest.
std::vector<Part> split(const Partition& partition, std::int64_t size,
                        const std::map<std::string, std::int64_t>& sizes) {
  std::vector<Part> parts;
  std::int64_t stride = 1;
  for (auto name = partition.parts.rbegin(); name != partition.parts.rend(); ++name) {
    const bool outermost = std::next(name) == partition.parts.rend();
    const auto known = sizes.find(*name);
    const auto trips =
        outermost || known == sizes.end() ? (size + stride - 1) / stride : known->second;
    parts.insert(parts.begin(), {*name, partition.variable, trips, stride});
    stride *= trips;
  }
  return parts;
}

/// Builds the plan for given sizes of parts. Nothing but trips and strides depends on them
/// (resize() relies on that).
class Builder {
public:
  Builder(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Machine& machine,
          Problems& problems)
      : mapping_(mapping), cascade_(cascade), machine_(machine), problems_(problems) {}

  Plan build(const std::map<std::string, std::int64_t>& sizes) {
    Plan plan;
    for (const auto& [variable, size] : cascade_.sizes()) {
      plan.parts[variable] = {{variable, variable, size, 1}};
    }
    for (const auto& partition : mapping_.partitions) {
      const auto size = cascade_.size(partition.variable);
      if (size > 0) { // a mapping may serve several cascades
        plan.parts[partition.variable] = split(partition, size, sizes);
      }
    }
    for (const auto& binding : mapping_.bindings) {
      if (cascade_.einsum(binding.einsum) == nullptr) {
        noEinsum(binding.einsum, binding.where);
      }
    }
    for (const auto& section : mapping_.sections) {
      plan.sections.push_back({section.name, {}, {}, {}, {}});
      addNode(plan, plan.sections.back(), section.nest, -1, 0);
      for (std::size_t i = 0; i < plan.sections.back().leaves.size(); ++i) { // pins follow pins
        for (auto& leaf : plan.sections.back().leaves) {
          placeLoops(plan.sections.back(), leaf);
        }
      }
    }
    return plan;
  }

private:
  void problem(const core::Where& where, std::string what, std::string help = {}) {
    problems_.push_back({where, std::move(what), std::move(help)});
  }

  void noEinsum(const std::string& name, const core::Where& where) {
    std::vector<std::string> known;
    for (const auto& einsum : cascade_.einsums()) {
      known.push_back(einsum.name);
    }
    problem(where, fmt::format("the cascade has no Einsum '{}'", name),
            core::suggestion(name, known));
  }

  std::optional<core::Rational> evaluate(const core::Expression& expression,
                                         const core::Where& where) {
    const auto value = expression.evaluate(names(cascade_, machine_));
    if (!value) {
      problem(where, value.error());
      return std::nullopt;
    }
    return *value;
  }

  static std::optional<Part> findPart(const Plan& plan, const std::string& name) {
    for (const auto& [variable, parts] : plan.parts) {
      for (const auto& part : parts) {
        if (part.name == name) {
          return part;
        }
      }
    }
    return std::nullopt;
  }

  static std::vector<std::string> partNames(const Plan& plan) {
    std::vector<std::string> list;
    for (const auto& [variable, parts] : plan.parts) {
      for (const auto& part : parts) {
        list.push_back(part.name);
      }
    }
    return list;
  }

  int addNode(const Plan& plan, SectionPlan& section, const Nest& nest, int parent, int stage) {
    const auto number = static_cast<int>(section.nodes.size());
    NodePlan node;
    node.nest = &nest;
    node.parent = parent;
    node.stage = stage;
    if (parent >= 0) {
      node.path = section.nodes[static_cast<std::size_t>(parent)].path;
    }
    for (const auto& name : nest.loops) {
      const auto part = findPart(plan, name);
      if (!part) {
        problem(nest.where,
                fmt::format("there is no rank variable or part '{}' to loop over", name),
                core::suggestion(name, partNames(plan)));
        continue;
      }
      const bool again = std::any_of(node.path.begin(), node.path.end(), [&](int loop) {
        return section.loops[static_cast<std::size_t>(loop)].name == name;
      });
      if (again) {
        problem(nest.where, fmt::format("'{}' is a loop here twice", name),
                "each part is one loop");
        continue;
      }
      node.loops.push_back(static_cast<int>(section.loops.size()));
      node.path.push_back(node.loops.back());
      section.loops.push_back(*part);
    }
    section.nodes.push_back(node);
    addKeeps(section, number);
    for (std::size_t phase = 0; phase < nest.phases.size(); ++phase) {
      const auto& written = nest.phases[phase];
      const auto wait = written.wait ? evaluate(*written.wait, nest.where) : core::Rational(0);
      section.nodes[static_cast<std::size_t>(number)].waits.push_back(
          wait.value_or(core::Rational(0)).ceil());
      std::vector<int> lines;
      for (const auto& line : written.lines) {
        if (!line.nest.empty()) {
          lines.push_back(-1 - addNode(plan, section, line.nest.front(), number, line.stage));
        } else if (const auto leaf = addLeaf(section, line, number, static_cast<int>(phase))) {
          lines.push_back(*leaf);
        }
      }
      section.nodes[static_cast<std::size_t>(number)].phases.push_back(std::move(lines));
    }
    return number;
  }

  void addKeeps(SectionPlan& section, int number) {
    const auto& node = section.nodes[static_cast<std::size_t>(number)];
    for (const auto& keep : node.nest->keeps) {
      KeepPlan plan{&keep, machine_.memory(keep.memory), number, 0, {}};
      if (plan.memory == nullptr) {
        std::vector<std::string> memories;
        for (const auto& memory : machine_.memories()) {
          memories.push_back(memory.name);
        }
        problem(keep.where, fmt::format("the machine has no memory '{}'", keep.memory),
                core::suggestion(keep.memory, memories));
        continue;
      }
      if (cascade_.tensor(keep.tensor) == nullptr) {
        std::vector<std::string> tensors;
        for (const auto& tensor : cascade_.tensors()) {
          tensors.push_back(tensor.name);
        }
        problem(keep.where, fmt::format("the cascade has no tensor '{}'", keep.tensor),
                core::suggestion(keep.tensor, tensors));
        continue;
      }
      std::vector<std::string> loops{"run"};
      for (std::size_t i = 0; i < node.path.size(); ++i) {
        loops.push_back(section.loops[static_cast<std::size_t>(node.path[i])].name);
        if (loops.back() == keep.per) {
          plan.fixed = i + 1;
        }
      }
      if (plan.fixed == 0 && keep.per != "run") {
        problem(keep.where, fmt::format("'{}' is not a loop around this nest", keep.per),
                core::suggestion(keep.per, loops));
      }
      if (keep.spill) {
        plan.spill = evaluate(*keep.spill, keep.where).value_or(core::Rational(0));
        if (plan.spill < core::Rational(0) || core::Rational(1) < plan.spill) {
          problem(keep.where, "a spilled fraction lies between 0 and 1");
        }
      }
      section.keeps.push_back(plan);
    }
  }

  std::optional<int> addLeaf(SectionPlan& section, const Line& line, int number, int phase) {
    LeafPlan leaf;
    leaf.einsum = cascade_.einsum(line.einsum);
    leaf.binding = mapping_.binding(line.einsum);
    leaf.line = &line;
    if (leaf.einsum == nullptr) {
      noEinsum(line.einsum, line.where);
      return std::nullopt;
    }
    if (leaf.binding == nullptr) {
      problem(line.where, fmt::format("Einsum '{}' is not bound to a unit", line.einsum),
              "add it under bind:");
      return std::nullopt;
    }
    leaf.unit = machine_.unit(leaf.binding->unit);
    if (leaf.unit == nullptr) {
      std::vector<std::string> units;
      for (const auto& unit : machine_.units()) {
        units.push_back(unit.name);
      }
      problem(leaf.binding->where, fmt::format("the machine has no unit '{}'", leaf.binding->unit),
              core::suggestion(leaf.binding->unit, units));
      return std::nullopt;
    }
    leaf.node = number;
    leaf.phase = phase;
    leaf.stage = line.stage;
    leaf.path = section.nodes[static_cast<std::size_t>(number)].path;
    section.leaves.push_back(leaf);
    return static_cast<int>(section.leaves.size()) - 1;
  }

  /// Which loops around the Einsum are its own; at the others it runs last when it needs what was
  /// made in them, else first.
  void placeLoops(const SectionPlan& section, LeafPlan& leaf) const {
    const auto& own = leaf.einsum->variables;
    leaf.loops.clear();
    leaf.pins.clear();
    for (const int loop : leaf.path) {
      const auto& variable = section.loops[static_cast<std::size_t>(loop)].variable;
      if (std::find(own.begin(), own.end(), variable) != own.end()) {
        leaf.loops.push_back(loop);
        continue;
      }
      bool last = false;
      for (const auto& tensor : reads(*leaf.einsum)) {
        const auto* maker = section.producer(tensor);
        if (maker == nullptr) {
          continue;
        }
        const bool iterates =
            std::find(maker->loops.begin(), maker->loops.end(), loop) != maker->loops.end();
        const bool pinned = std::find(maker->pins.begin(), maker->pins.end(),
                                      std::pair{loop, true}) != maker->pins.end();
        last = last || iterates || pinned;
      }
      leaf.pins.emplace_back(loop, last);
    }
  }

  const Mapping& mapping_;
  const einsum::Cascade& cascade_;
  const arch::Machine& machine_;
  Problems& problems_;
};

} // namespace

Plan buildPlan(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Machine& machine,
               const PartSizes& sizes, core::Problems& problems) {
  return Builder(mapping, cascade, machine, problems).build(sizes);
}

void resize(Plan& plan, const Partition& partition, const PartSizes& sizes, std::int64_t size) {
  auto& parts = plan.parts[partition.variable];
  parts = split(partition, size, sizes);
  for (auto& section : plan.sections) {
    for (auto& loop : section.loops) {
      for (const auto& part : parts) {
        if (loop.name == part.name) {
          loop = part;
        }
      }
    }
  }
}

} // namespace einsight::mappings

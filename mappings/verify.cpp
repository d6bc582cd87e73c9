#include "mappings/verify.hpp"

#include "core/text.hpp"
#include "einsum/analysis.hpp"
#include "mappings/memory_use.hpp"
#include "mappings/verification/circles.hpp"
#include "mappings/verification/keeps.hpp"
#include "mappings/verification/order.hpp"
#include "mappings/verification/skips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::mappings {
namespace {

using core::Problems;

/// The rules, one method each. Every method looks at everything and reports all it finds.
class Verifier {
public:
  Verifier(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Machine& machine,
           const Plan& plan, Problems& problems)
      : mapping_(mapping), cascade_(cascade), machine_(machine), plan_(plan), problems_(problems) {}

  void all(bool sizes) {
    everyEinsumOnce();
    const auto before = problems_.size();
    for (const auto& section : plan_.sections) {
      for (const auto& leaf : section.leaves) {
        axes(leaf);
        partsInOrder(section, leaf);
        iterations(section, leaf);
      }
    }
    if (sizes && problems_.size() == before) { // else the tiles are not what the user means
      capacities();
    }
    for (const auto& section : plan_.sections) {
      for (const auto& leaf : section.leaves) {
        operators(leaf);
      }
      verifyKeeps(section, problems_);
      verifySkips(cascade_, section, problems_);
    }
  }

private:
  void problem(const core::Where& where, std::string what, std::string help = {}) {
    problems_.push_back({where, std::move(what), std::move(help)});
  }

  void everyEinsumOnce() {
    for (const auto& einsum : cascade_.einsums()) {
      std::int64_t times = 0;
      auto where = mapping_.where; // of the last of its places
      for (const auto& section : plan_.sections) {
        for (const auto& leaf : section.leaves) {
          times += leaf.einsum == &einsum ? 1 : 0;
          where = leaf.einsum == &einsum ? leaf.line->where : where;
        }
      }
      if (einsum.view && times > 0) {
        problem(where,
                fmt::format("'{}' only renames or partitions a tensor: it has no work to place",
                            einsum.name));
      } else if (!einsum.view && times != 1) {
        problem(where,
                times == 0
                    ? fmt::format("Einsum '{}' of the workload is in no section", einsum.name)
                    : fmt::format("Einsum '{}' is placed {} times", einsum.name, times),
                "every Einsum runs in exactly one place");
      }
    }
  }

  void operators(const LeafPlan& leaf) {
    for (const auto& [op, count] : einsum::operationsPerPoint(*leaf.einsum)) {
      if (leaf.unit->operation(op) != nullptr) {
        continue;
      }
      std::string able;
      for (const auto& unit : machine_.units()) {
        if (unit.operation(op) != nullptr) {
          able += (able.empty() ? "" : ", ") + unit.name;
        }
      }
      problem(leaf.binding->where,
              fmt::format("'{}' cannot do '{}', which Einsum '{}' needs", leaf.unit->name, op,
                          leaf.einsum->name),
              able.empty() ? "no unit of this machine can" : "can do it: " + able);
    }
  }

  const Part* part(const std::string& name) const {
    for (const auto& [variable, parts] : plan_.parts) {
      for (const auto& known : parts) {
        if (known.name == name) {
          return &known;
        }
      }
    }
    return nullptr;
  }

  void axes(const LeafPlan& leaf) {
    std::set<std::string> spread;
    for (const auto& [axisName, names] : leaf.binding->spatial) {
      const auto* axis = leaf.unit->axis(axisName);
      if (axis == nullptr) {
        std::vector<std::string> known{"on"};
        for (const auto& each : leaf.unit->axes) {
          known.push_back(each.name);
        }
        problem(leaf.binding->where,
                fmt::format("'{}' has no axis '{}'", leaf.unit->name, axisName),
                core::suggestion(axisName, known));
        continue;
      }
      for (const auto& name : names) {
        spatialPart(leaf, *axis, name);
        if (!spread.insert(name).second) {
          problem(leaf.binding->where,
                  fmt::format("'{}' of Einsum '{}' is spread twice", name, leaf.einsum->name),
                  "each part is spread over one axis");
        }
      }
    }
  }

  void spatialPart(const LeafPlan& leaf, const arch::Axis& axis, const std::string& name) {
    const auto* known = part(name);
    const auto& own = leaf.einsum->variables;
    if (known == nullptr || std::find(own.begin(), own.end(), known->variable) == own.end()) {
      problem(leaf.binding->where,
              fmt::format("Einsum '{}' has no rank variable or part '{}' to spread over '{}'",
                          leaf.einsum->name, name, axis.name),
              fmt::format("it iterates over {}", fmt::join(own, ", ")));
      return;
    }
    for (const auto& reduction : leaf.einsum->reductions) {
      const auto& reduced = reduction.variables;
      if (!axis.reduces &&
          std::find(reduced.begin(), reduced.end(), known->variable) != reduced.end()) {
        problem(leaf.binding->where,
                fmt::format("'{}' reduces over '{}' along '{}', whose neighbours cannot",
                            leaf.einsum->name, name, axis.name),
                "spread another rank variable over this axis");
      }
    }
  }

  bool looped(const SectionPlan& section, const LeafPlan& leaf, const Part& which) const {
    return std::any_of(leaf.path.begin(), leaf.path.end(), [&](int loop) {
      return section.loops[static_cast<std::size_t>(loop)].name == which.name;
    });
  }

  /// Outer parts are loops, then temporal parts inside the tile, then spatial ones: a tile is a
  /// contiguous range.
  void partsInOrder(const SectionPlan& section, const LeafPlan& leaf) {
    for (const auto& variable : leaf.einsum->variables) {
      int level = 0; // 0 loop, 1 temporal, 2 spatial
      for (const auto& each : plan_.parts.at(variable)) {
        const bool spatial = std::any_of(leaf.binding->spatial.begin(), leaf.binding->spatial.end(),
                                         [&](const auto& axis) {
                                           return std::find(axis.second.begin(), axis.second.end(),
                                                            each.name) != axis.second.end();
                                         });
        const bool loop = looped(section, leaf, each);
        if (spatial && loop) {
          problem(leaf.binding->where,
                  fmt::format("'{}' is a loop around Einsum '{}' and spatial too", each.name,
                              leaf.einsum->name));
        }
        const int here = loop ? 0 : spatial ? 2 : 1;
        if (here < level) {
          constexpr const char* kHow[] = {"a loop", "inside the tile, in time", "spatial"};
          problem(leaf.binding->where,
                  fmt::format("'{}' of Einsum '{}' is {}, but a part of '{}' outside it is {}",
                              each.name, leaf.einsum->name, kHow[here], variable, kHow[level]),
                  "outer parts are loops, then parts inside the tile, then spatial parts");
        }
        level = std::max(level, here);
      }
    }
  }

  void iterations(const SectionPlan& section, const LeafPlan& leaf) {
    const auto& iterative = leaf.einsum->iterative;
    if (!iterative) {
      return;
    }
    const auto& parts = plan_.parts.at(*iterative);
    if (parts.size() != 1 || !looped(section, leaf, parts.front())) {
      problem(leaf.binding->where,
              fmt::format("'{}' is the iterative rank of Einsum '{}': it must be a loop, and whole",
                          *iterative, leaf.einsum->name));
    }
  }

  void capacities() {
    for (const auto& memory : machine_.memories()) {
      for (const auto& section : plan_.sections) {
        if (memory.capacity) {
          capacity(section, memory);
        }
      }
    }
  }

  void capacity(const SectionPlan& section, const arch::Memory& memory) {
    std::vector<std::pair<std::int64_t, const Keep*>> held;
    std::int64_t used = 0;
    for (const auto& keep : section.keeps) {
      if (keep.memory->name == memory.name) {
        held.emplace_back(keptBytes(plan_, section, keep, cascade_), keep.keep);
        used += held.back().first;
      }
    }
    if (used <= *memory.capacity) {
      return;
    }
    std::stable_sort(held.begin(), held.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string list;
    for (const auto& [bytes, keep] : held) {
      list +=
          bytes == 0 ? "" : fmt::format("{}{} {}", list.empty() ? "" : ", ", keep->tensor, bytes);
    }
    problem(held.front().second->where,
            fmt::format("the kept tiles need {} bytes of '{}'{}, which holds {}: {}", used,
                        memory.name,
                        memory.kind == arch::Memory::Kind::Registers ? " in every PE" : "",
                        *memory.capacity, list),
            "keep less, for a loop further inside, or choose smaller sizes");
  }

  const Mapping& mapping_;
  const einsum::Cascade& cascade_;
  const arch::Machine& machine_;
  const Plan& plan_;
  Problems& problems_;
};

} // namespace

core::Problems structureProblems(const Mapping& mapping, const einsum::Cascade& cascade,
                                 const arch::Machine& machine, const Plan& plan) {
  core::Problems problems;
  Verifier(mapping, cascade, machine, plan, problems).all(false);
  verifyOrder(cascade, plan, false, problems);
  verifyCircles(plan, false, problems);
  return problems;
}

core::Expected<VerifiedMapping> verify(Mapping mapping, einsum::Cascade cascade,
                                       arch::Machine machine) {
  auto content = std::make_shared<VerifiedMapping::Content>(
      VerifiedMapping::Content{std::move(mapping), std::move(cascade), std::move(machine), {}});
  if (content->mapping.machineKind != content->machine.kind()) {
    auto where = content->mapping.where;
    where.path = "kind";
    return core::failure({{where,
                           fmt::format("the mapping is for {} machines, '{}' is a {} one",
                                       content->mapping.machineKind, content->machine.name(),
                                       content->machine.kind()),
                           {}}});
  }
  auto planned = plan(content->mapping, content->cascade, content->machine);
  if (!planned) {
    return core::failure(std::move(planned.error()));
  }
  content->plan = std::move(*planned);
  core::Problems problems;
  Verifier(content->mapping, content->cascade, content->machine, content->plan, problems).all(true);
  verifyOrder(content->cascade, content->plan, true, problems);
  verifyCircles(content->plan, true, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return VerifiedMapping(std::move(content));
}

} // namespace einsight::mappings

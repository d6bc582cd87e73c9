#include "tests/generators/mapping.hpp"

#include "einsum/analysis.hpp"
#include "mappings/plan.hpp"
#include "tests/generators/draw.hpp"
#include "tests/generators/groups.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace einsight::generators {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Drawer {
public:
  Drawer(const einsum::Cascade& cascade, const arch::Machine& machine, bool plain)
      : cascade_(cascade), machine_(machine), plain_(plain) {}

  std::string draw() {
    cut();
    std::vector<Group> sections;
    for (auto& group : groupsOf(cascade_)) {
      if (!plain_ && !sections.empty() && oneIn(2)) {
        auto both = sections.back();
        both.insert(both.end(), group.begin(), group.end());
        if (loopable(both, cascade_)) {
          sections.back() = std::move(both);
          continue;
        }
      }
      sections.push_back(std::move(group));
    }
    std::string text;
    for (const auto& section : sections) {
      text += drawSection(section);
    }
    return fmt::format("version: 1\nmapping: random\nkind: spatial\npartition: {{{}}}\n"
                       "sizes: {{{}}}\nbind:\n{}sections:\n{}",
                       fmt::join(partitions_, ", "), fmt::join(sizes_, ", "), bindings_, text);
  }

private:
  /// Some rank variables in two parts; iterative ones stay whole.
  void cut() {
    for (const auto& [variable, size] : cascade_.sizes()) {
      const bool iterative = std::any_of(
          cascade_.einsums().begin(), cascade_.einsums().end(),
          [&, name = variable](const auto& einsum) { return einsum.iterative == name; });
      parts_[variable] = {variable};
      if (!iterative && oneIn(3)) {
        parts_[variable] = {variable + "_o", variable + "_i"};
        partitions_.push_back(fmt::format("{0}: [{0}_o, {0}_i]", variable));
        sizes_.push_back(fmt::format("{}_i: {}", variable, between(1, 8)));
      }
    }
  }

  Names drawLoops(const Group& group) {
    Names loops;
    const auto common = loopable(group, cascade_);
    for (const auto& variable : *common) {
      const bool iterative = std::any_of(group.begin(), group.end(), [&](const auto* einsum) {
        return einsum->iterative == variable;
      });
      const auto& parts = parts_.at(variable);
      if (iterative || !oneIn(3)) {
        loops.push_back(parts.front());
        if (parts.size() > 1 && oneIn(3)) {
          loops.push_back(parts.back());
        }
      }
    }
    loops = shuffled(loops);
    for (const auto& [variable, parts] : parts_) { // the outer part first
      const auto outer = std::find(loops.begin(), loops.end(), parts.front());
      const auto inner = std::find(loops.begin(), loops.end(), parts.back());
      if (inner < outer && inner != loops.end() && outer != loops.end()) {
        std::iter_swap(outer, inner);
      }
    }
    return loops;
  }

  const arch::Unit& drawUnit(const einsum::Einsum& einsum) {
    std::vector<const arch::Unit*> able;
    for (const auto& unit : machine_.units()) {
      const auto counts = einsum::operationsPerPoint(einsum);
      if (std::all_of(counts.begin(), counts.end(),
                      [&](const auto& count) { return unit.operation(count.op) != nullptr; })) {
        able.push_back(&unit);
      }
    }
    return *anyOf(able);
  }

  void bind(const einsum::Einsum& einsum, const Names& loops) {
    const auto& unit = drawUnit(einsum);
    units_[einsum.name] = &unit;
    Names free;
    for (const auto& variable : einsum.variables) {
      if (!contains(loops, parts_.at(variable).back())) {
        free.push_back(variable);
      }
    }
    free = shuffled(free);
    bindings_ += fmt::format("  {}: {{on: {}", einsum.name, unit.name);
    for (const auto& axis : unit.axes) {
      Names spread;
      const auto wanted = static_cast<std::size_t>(choice(0, 2));
      for (std::size_t i = 0; i < free.size() && spread.size() < wanted;) {
        const bool reduced = std::any_of(
            einsum.reductions.begin(), einsum.reductions.end(),
            [&](const auto& reduction) { return contains(reduction.variables, free[i]); });
        if (reduced && !axis.reduces) {
          ++i;
          continue;
        }
        spread.push_back(parts_.at(free[i]).back());
        free.erase(free.begin() + static_cast<std::ptrdiff_t>(i));
      }
      if (!spread.empty()) {
        bindings_ += fmt::format(", {}: [{}]", axis.name, fmt::join(spread, ", "));
      }
    }
    bindings_ += "}\n";
  }

  std::string drawKeeps(const Group& group, const Names& loops) {
    Names possible{"run"};
    possible.insert(possible.end(), loops.begin(), loops.end());
    const auto innermost = static_cast<std::int64_t>(loops.size());
    std::map<std::string, Names> keeps;
    std::map<std::string, std::int64_t> buffered; // place in the buffer, 0 also for none
    for (const auto* einsum : group) {
      auto tensors = mappings::reads(*einsum);
      tensors.push_back(einsum->name);
      for (const auto& tensor : tensors) {
        if (buffered.count(tensor) == 0) {
          const bool kept = oneIn(3);
          buffered[tensor] = kept ? choice(0, innermost) : 0;
          if (kept) {
            keeps["global_buffer"].push_back(fmt::format(
                "{}: {}", tensor, possible[static_cast<std::size_t>(buffered[tensor])]));
          }
        }
        auto& registers =
            keeps[units_.at(einsum->name)->name == "array_2d" ? "registers_2d" : "registers_1d"];
        const bool there = std::any_of(registers.begin(), registers.end(), [&](const auto& one) {
          return one.starts_with(tensor + ":");
        });
        if (!there && oneIn(4)) { // no further out than in the buffer that they are filled from
          const auto place = oneIn(2) ? innermost : choice(buffered[tensor], innermost);
          registers.push_back(
              fmt::format("{}: {}", tensor, possible[static_cast<std::size_t>(place)]));
        }
      }
    }
    std::string text;
    for (const auto& [memory, list] : keeps) {
      if (list.empty()) {
        continue;
      }
      text += fmt::format("{}{}: {{{}}}", text.empty() ? "" : ", ", memory, fmt::join(list, ", "));
    }
    return text.empty() ? "" : fmt::format("    keep: {{{}}}\n", text);
  }

  /// Lines with stages that never go back, cut into phases or not.
  std::string drawLines(const Group& group, bool staged) {
    const bool phases = !plain_ && oneIn(3);
    bool first = true;
    std::string text;
    std::int64_t stage = 0;
    for (const auto* einsum : group) {
      // An iterative group runs at one stage: its members need each other's last values.
      const bool moves = !first && group.front()->iterative == std::nullopt &&
                         einsum->iterative == std::nullopt && !iterativeIn(group);
      stage += staged && moves && oneIn(3) ? 1 : 0;
      const bool cutHere = phases && !first && oneIn(2);
      text += first ? "" : cutHere ? "], [" : ", ";
      text += stage == 0 ? einsum->name : fmt::format("{}@{}", einsum->name, stage);
      first = false;
    }
    return phases ? fmt::format("    phases: [[{}]]\n", text) : fmt::format("    do: [{}]\n", text);
  }

  static bool iterativeIn(const Group& group) {
    return std::any_of(group.begin(), group.end(),
                       [](const auto* einsum) { return einsum->iterative.has_value(); });
  }

  std::string drawSection(const Group& group) {
    const auto loops = drawLoops(group);
    for (const auto* einsum : group) {
      bind(*einsum, loops);
    }
    const bool staged = !plain_ && oneIn(3);
    return fmt::format("  {}:\n    loops: [{}]\n{}{}", group.front()->name, fmt::join(loops, ", "),
                       plain_ ? "" : drawKeeps(group, loops), drawLines(group, staged));
  }

  const einsum::Cascade& cascade_;
  const arch::Machine& machine_;
  bool plain_;
  std::map<std::string, Names> parts_; ///< per rank variable
  std::map<std::string, const arch::Unit*> units_;
  Names partitions_, sizes_;
  std::string bindings_;
};

} // namespace

std::string drawMapping(const einsum::Cascade& cascade, const arch::Machine& machine) {
  return Drawer(cascade, machine, false).draw();
}

std::string drawUnfused(const einsum::Cascade& cascade, const arch::Machine& machine) {
  return Drawer(cascade, machine, true).draw();
}

std::string drawOverlay(const std::string& mapping, const std::vector<std::string>& sizes) {
  auto text = fmt::format("version: 1\nextends: {}\nmapping: random\n", mapping);
  if (!sizes.empty() && oneIn(2)) {
    text += fmt::format("sizes: {{{}: {}}}\n", anyOf(sizes), between(1, 6));
  }
  return text;
}

} // namespace einsight::generators

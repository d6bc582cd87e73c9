#include "einsum/walk.hpp"
#include "mappings/lowering/draft.hpp"

#include <algorithm>

/// Register file accesses: an operand kept there is read at every point. A sum made in time is read
/// and written at every point; a result that is complete at once and stays is written once.
namespace einsight::mappings {

bool splitsSums(std::int64_t wanted, std::int64_t reduced, std::int64_t size) {
  const auto ceilDiv = [](std::int64_t a, std::int64_t b) { return (a + b - 1) / b; };
  return reduced > size || ceilDiv(wanted, size) <
                               ceilDiv(wanted / reduced, size / reduced); // whole sums take longer
}

namespace {

bool kept(const Draft& draft, const LeafPlan& leaf, const arch::Memory& registers,
          const std::string& tensor) {
  return std::any_of(draft.plan.keeps.begin(), draft.plan.keeps.end(), [&](const auto& keep) {
    return keep.memory == &registers && keep.keep->tensor == tensor &&
           draft.plan.inside(leaf.node, keep.node);
  });
}

/// Are parts of a sum added up one after another: over loops, inside the tile, or in several passes
/// over an axis?
bool sumsInTime(const Draft& draft, const LeafPlan& leaf) {
  const auto taken = einsum::reducedVariables(*leaf.einsum);
  for (const auto& variable : taken) {
    for (const auto& part : draft.subject.plan().parts.at(variable)) {
      const bool spread = std::any_of(
          leaf.binding->spatial.begin(), leaf.binding->spatial.end(),
          [&, name = part.name](const auto& axis) { return einsum::contains(axis.second, name); });
      if (part.trips > 1 && !spread) {
        return true;
      }
    }
  }
  for (const auto& [axis, names] : leaf.binding->spatial) {
    std::int64_t wanted = 1;
    std::int64_t reduced = 1;
    for (const auto& [variable, parts] : draft.subject.plan().parts) {
      for (const auto& part : parts) {
        const auto lanes = einsum::contains(names, part.name) ? part.trips : 1;
        wanted *= lanes;
        reduced *= einsum::contains(taken, variable) ? lanes : 1;
      }
    }
    if (splitsSums(wanted, reduced, leaf.unit->axis(axis)->size)) {
      return true;
    }
  }
  return false;
}

sim::Count access(Draft& draft, const LeafPlan& leaf, const arch::Memory& registers,
                  const char* what, const sim::Amount& amount) {
  const auto action = std::find_if(registers.actions.begin(), registers.actions.end(),
                                   [&](const auto& a) { return a.name == what; });
  const auto energy = action == registers.actions.end() ? std::nullopt : action->picojoules;
  const auto parts = draft.convention("one_register_file") ? leaf.unit->processingElements() : 1;
  return {draft.counter({sim::Counter::Kind::Action, registers.name, what, -1, energy, parts}),
          amount};
}

} // namespace

void countRegisters(Draft& draft, const LeafPlan& leaf, const sim::Amount& points, sim::Task& task,
                    TaskOrigin& origin) {
  const auto* registers = draft.machine().registersOf(leaf.unit->name);
  if (registers == nullptr) {
    return;
  }
  auto operands = points;
  const auto reads = einsight::mappings::accesses(*leaf.einsum, "");
  operands.scale *= std::count_if(reads.begin(), reads.end(), [&](const auto* read) {
    return kept(draft, leaf, *registers, read->tensor);
  });
  if (operands.scale > 0) {
    task.counts.push_back(access(draft, leaf, *registers, "read", operands));
  }
  const bool either = draft.anySizes;
  const bool inTime = sumsInTime(draft, leaf);
  if (either || inTime) {
    auto& list = either ? origin.inTime : task.counts;
    list.push_back(access(draft, leaf, *registers, "read", points));
    list.push_back(access(draft, leaf, *registers, "write", points));
  }
  if ((either || !inTime) && kept(draft, leaf, *registers, leaf.einsum->output.tensor)) {
    auto& list = either ? origin.atOnce : task.counts;
    list.push_back(access(draft, leaf, *registers, "write",
                          draft.box(leaf.einsum->output, leaf.loops, leaf.einsum->domain)));
  }
}

} // namespace einsight::mappings

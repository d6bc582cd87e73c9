#include "mappings/lowering/draft.hpp"

#include <algorithm>

namespace einsight::mappings {
namespace {

int stageOf(const SectionPlan& plan, int line) {
  return line >= 0 ? plan.leaves[static_cast<std::size_t>(line)].stage
                   : plan.nodes[static_cast<std::size_t>(-1 - line)].stage;
}

/// The issue program of one unit: the plan's nests with only the lines that run on it.
class UnitProgram {
public:
  UnitProgram(Draft& draft, const arch::Unit& unit, std::vector<std::vector<int>>& barriers)
      : draft_(draft), unit_(unit), barriers_(barriers) {}

  /// Adds the node's block and returns its number, or -1 when nothing in it runs on the unit.
  int add(int node) {
    const auto& plan = draft_.plan.nodes[static_cast<std::size_t>(node)];
    sim::Block block;
    block.loops = plan.loops;
    block.lastStage = lastStage(plan);
    bool any = false;
    for (std::size_t phase = 0; phase < plan.phases.size(); ++phase) {
      for (const int line : plan.phases[phase]) {
        any = (line >= 0 ? addLeaf(line, block) : addNode(-1 - line, block)) || any;
      }
      if (plan.nest->synchronised) {
        block.items.push_back(
            {sim::Item::Kind::Barrier, barriers_[static_cast<std::size_t>(node)][phase], 0, {}});
      }
    }
    if (!any) {
      return -1;
    }
    for (const int barrier : barriers_[static_cast<std::size_t>(node)]) {
      ++draft_.section.barriers[static_cast<std::size_t>(barrier)].participants;
    }
    draft_.section.blocks.push_back(std::move(block));
    return static_cast<int>(draft_.section.blocks.size()) - 1;
  }

private:
  int lastStage(const NodePlan& node) const {
    int last = 0;
    for (const auto& phase : node.phases) {
      for (const int line : phase) {
        last = std::max(last, stageOf(draft_.plan, line));
      }
    }
    return last;
  }
  bool addLeaf(int number, sim::Block& block) {
    const auto& leaf = draft_.plan.leaves[static_cast<std::size_t>(number)];
    if (leaf.unit != &unit_) {
      return false;
    }
    sim::Item item{
        sim::Item::Kind::Task, draft_.leafTask[static_cast<std::size_t>(number)], leaf.stage, {}};
    for (const auto& [loop, last] : leaf.pins) {
      item.pins.push_back({loop, last});
    }
    block.items.push_back(std::move(item));
    return true;
  }
  bool addNode(int node, sim::Block& block) {
    const int inner = add(node);
    if (inner >= 0) {
      block.items.push_back({sim::Item::Kind::Block,
                             inner,
                             draft_.plan.nodes[static_cast<std::size_t>(node)].stage,
                             {}});
    }
    return inner >= 0;
  }

  Draft& draft_;
  const arch::Unit& unit_;
  std::vector<std::vector<int>>& barriers_;
};

/// Barriers of every synchronised node, one per phase, and its phases for the bound.
std::vector<std::vector<int>> addBarriers(Draft& draft) {
  std::vector<std::vector<int>> barriers(draft.plan.nodes.size());
  for (std::size_t n = 0; n < draft.plan.nodes.size(); ++n) {
    const auto& node = draft.plan.nodes[n];
    if (!node.nest->synchronised) {
      continue;
    }
    for (const auto wait : node.waits) {
      barriers[n].push_back(static_cast<int>(draft.section.barriers.size()));
      draft.section.barriers.push_back({0, wait, 0});
    }
  }
  return barriers;
}

/// The chain of phases of a synchronised node whose lines are all Einsums.
void addChain(Draft& draft, std::size_t n, int block) {
  const auto& node = draft.plan.nodes[n];
  sim::PhaseChain chain;
  chain.block = block;
  for (std::size_t phase = 0; phase < node.phases.size(); ++phase) {
    chain.tasks.emplace_back();
    for (const int line : node.phases[phase]) {
      if (line >= 0) {
        chain.tasks.back().push_back(draft.leafTask[static_cast<std::size_t>(line)]);
      }
    }
    chain.waitTicks += node.waits[phase];
  }
  draft.section.chains.push_back(std::move(chain));
}

} // namespace

void addIssue(Draft& draft) {
  auto barriers = addBarriers(draft);
  for (const auto& unit : draft.machine().units()) {
    const int root = UnitProgram(draft, unit, barriers).add(0);
    if (root >= 0) {
      draft.section.streams.push_back({draft.resource(unit.name), root, -1});
    }
  }
  for (std::size_t n = 0; n < barriers.size(); ++n) {
    for (std::size_t b = 0; !barriers[n].empty() && b < draft.section.blocks.size(); ++b) {
      const auto& items = draft.section.blocks[b].items;
      if (std::any_of(items.begin(), items.end(), [&](const sim::Item& item) {
            return item.kind == sim::Item::Kind::Barrier && item.index == barriers[n].front();
          })) {
        if (draft.plan.nodes[n].parent < 0) {
          addChain(draft, n, static_cast<int>(b));
        }
        for (const int barrier : barriers[n]) {
          draft.section.barriers[static_cast<std::size_t>(barrier)].block = static_cast<int>(b);
        }
        break;
      }
    }
  }
  for (std::size_t t = 0; t < draft.section.tasks.size(); ++t) { // a stream for each transfer
    const auto& task = draft.section.tasks[t];
    if (task.kind != sim::Task::Kind::Compute && task.resource >= 0) {
      draft.section.blocks.push_back(
          {task.loops, {{sim::Item::Kind::Task, static_cast<int>(t), 0, {}}}, 0});
      draft.section.streams.push_back(
          {task.resource, static_cast<int>(draft.section.blocks.size()) - 1, -1});
    }
  }
}

} // namespace einsight::mappings

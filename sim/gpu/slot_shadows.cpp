#include "sim/cycle/at.hpp"
#include "sim/gpu/slot.hpp"

/// Shadows: what arithmetic on the lanes takes from the tensor cores. Beside each line of
/// arithmetic there is one of the same tasks, a share as long, on the tensor cores, that nobody
/// waits for.
namespace einsight::sim::gpu {

void SlotWriter::addShadows() {
  for (const int root : std::vector<int>(lanesRoots_)) {
    const int block = shadowBlock(root);
    section_.streams.push_back({kTensor, block, -1});
  }
}

/// Runs when its task does: after what that needs.
int SlotWriter::shadowOf(int task) {
  auto shadow = at(section_.tasks, task);
  shadow.name = "issue of " + shadow.name;
  shadow.resource = kTensor;
  shadow.ticks.scale = ticksOf(kernel_.issueShare * static_cast<double>(shadow.ticks.scale) /
                               static_cast<double>(kTicksPerCycle));
  section_.tasks.push_back(shadow);
  return shadows_[task] = static_cast<int>(section_.tasks.size()) - 1;
}

int SlotWriter::shadowBlock(int block) {
  auto shadow = at(section_.blocks, block);
  for (auto& item : shadow.items) {
    item.index = item.kind == Item::Kind::Block ? shadowBlock(item.index) : shadowOf(item.index);
  }
  connectShadows(at(section_.blocks, block));
  section_.blocks.push_back(shadow);
  return static_cast<int>(section_.blocks.size()) - 1;
}

/// The shadow of a task does not run before the task that is in line before it has ended.
void SlotWriter::connectShadows(const Block& block) {
  const auto& items = block.items;
  const bool loops = block.loops.front() == kIteration;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& before = items[(i + items.size() - 1) % items.size()];
    const std::int64_t distance = (i == 0 ? 1 : 0) + before.stage - items[i].stage;
    if (loops && distance >= 0) {
      need(shadows_.at(items[i].index), before.index, Edge::Kind::Data, 0, 0, distance);
    } else if (!loops && i > 0 && before.kind == Item::Kind::Task &&
               items[i].kind == Item::Kind::Task) {
      need(shadows_.at(items[i].index), before.index, Edge::Kind::Data, 0);
    }
  }
}

} // namespace einsight::sim::gpu

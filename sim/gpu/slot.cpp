#include "sim/gpu/slot.hpp"

#include "sim/cycle/at.hpp"

#include <algorithm>
#include <cmath>

/// Tasks and lines of a slot. slot_needs.cpp connects them.
namespace einsight::sim::gpu {

SlotWriter::SlotWriter(const Kernel& kernel, const Device& device, const Kind& kind, int slot,
                       Section& section)
    : kernel_(kernel), device_(device), kind_(kind), slot_(slot), section_(section),
      order_(issueOrder(partsOf(kernel, kind).iteration.steps, kernel.overlap)),
      parts_{&partsOf(kernel, kind).prologue, &partsOf(kernel, kind).iteration,
             &partsOf(kernel, kind).epilogue} {}

void SlotWriter::write() {
  if (!kernel_.persistent) {
    Task start;
    start.name = "start";
    start.kind = Task::Kind::Load;
    start.resource = kFirstSlot + slot_;
    start.loops = {kCta};
    start.ticks = {ticksOf(device_.ctaCycles), {}, 1};
    start_ = static_cast<int>(section_.tasks.size());
    section_.tasks.push_back(start);
  }
  addTasks(*parts_[0], tasks_[0], false, "prologue ");
  if (kind_.iterations > 0) {
    addTasks(*parts_[1], tasks_[1], true, "");
  }
  addTasks(*parts_[2], tasks_[2], false, "epilogue ");
  addStreams();
  connect();
  if (kernel_.issueShare > 0) {
    addShadows();
  }
}

int SlotWriter::addTransfer(const Transfer& transfer, bool inner, Task::Kind kind) {
  Task task;
  task.name = transfer.tensor;
  task.kind = kind;
  task.resource = kCopy;
  task.loops = inner ? std::vector<int>{kCta, kIteration} : std::vector<int>{kCta};
  task.ticks = {ticksOf(transfer.bytes / device_.l2BytesPerCyclePerSm), {}, 1};
  section_.tasks.push_back(task);
  return static_cast<int>(section_.tasks.size()) - 1;
}

int SlotWriter::addStep(const Step& step, double cycles, bool inner) {
  Task task;
  task.name = step.name;
  task.einsum = 0;
  task.resource = static_cast<int>(numberOf(step.unit));
  task.loops = inner ? std::vector<int>{kCta, kIteration} : std::vector<int>{kCta};
  task.ticks = {ticksOf(cycles), {}, 1};
  section_.tasks.push_back(task);
  return static_cast<int>(section_.tasks.size()) - 1;
}

/// Parts that a step is done in: schedulers change between warps, so that warpgroups which come to
/// the lanes at the same time leave them at the same time. That matters where warpgroups meet;
/// elsewhere one after the other takes as long.
int SlotWriter::turnsOf(const Part& part, const Step& step) {
  constexpr int kTurns = 4; // 8 move times by less than 1 %
  const bool meet = std::any_of(part.steps.begin(), part.steps.end(),
                                [](const Step& each) { return each.joint; });
  return meet && step.unit == Step::Unit::Lanes && !step.apart ? kTurns : 1;
}

void SlotWriter::addTasks(const Part& part, PartTasks& tasks, bool inner, const std::string& name) {
  for (const auto& load : part.loads) {
    tasks.loads.push_back(addTransfer(load, inner, Task::Kind::Load));
  }
  for (int w = 0; w < kernel_.warpgroups; ++w) {
    auto& steps = tasks.steps.emplace_back();
    auto& allBefore = tasks.before.emplace_back();
    for (const auto& step : part.steps) {
      auto& before = allBefore.emplace_back();
      const double more = maskOccupancy(step, device_);
      if (inner && kind_.masked > 0 && more > 0) {
        before.push_back(addStep(step, more, inner));
        if (kind_.masked < kind_.iterations) { // the last ones
          at(section_.tasks, before.back()).guards = {
              {kind_.masked - kind_.iterations, {{kIteration, 1}}, {}}};
        }
      }
      double left = occupancy(step, device_);
      const double turn = std::ceil(left / turnsOf(part, step));
      while (left > turn) {
        left -= turn;
        before.push_back(addStep(step, turn, inner));
        at(section_.tasks, before.back()).name = name + step.name;
      }
      steps.push_back(addStep(step, left, inner));
      at(section_.tasks, steps.back()).name = name + step.name;
    }
  }
  for (const auto& store : part.stores) {
    tasks.stores.push_back(addTransfer(store, inner, Task::Kind::Store));
  }
}

/// A line of its own for a list of tasks that all have the same loops.
void SlotWriter::addStream(int resource, const std::vector<int>& tasks) {
  for (const int task : tasks) {
    section_.blocks.push_back(
        {at(section_.tasks, task).loops, {{Item::Kind::Task, task, 0, {}}}, 0});
    section_.streams.push_back({resource, static_cast<int>(section_.blocks.size()) - 1, -1});
  }
}

void SlotWriter::addUnitStream(int warpgroup, Step::Unit unit) {
  const auto w = static_cast<std::size_t>(warpgroup);
  Block root{{kCta}, {}, 0};
  Block inner{{kIteration}, {}, kernel_.overlap ? 1 : 0};
  const auto append = [&](int part, int step, int stage, Block& block) {
    const auto& what = at(parts_[part]->steps, step);
    if (what.unit != unit || what.apart) {
      return;
    }
    for (const int before : at(tasks_[part].before[w], step)) {
      block.items.push_back({Item::Kind::Task, before, stage, {}});
    }
    block.items.push_back({Item::Kind::Task, at(tasks_[part].steps[w], step), stage, {}});
  };
  for (std::size_t s = 0; s < parts_[0]->steps.size(); ++s) {
    append(0, static_cast<int>(s), 0, root);
  }
  if (kind_.iterations > 0) {
    for (const auto& issue : order_) {
      append(1, issue.step, issue.stage, inner);
    }
  }
  if (!inner.items.empty()) {
    section_.blocks.push_back(inner);
    root.items.push_back({Item::Kind::Block, static_cast<int>(section_.blocks.size()) - 1, 0, {}});
  }
  for (std::size_t s = 0; s < parts_[2]->steps.size(); ++s) {
    append(2, static_cast<int>(s), 0, root);
  }
  if (!root.items.empty()) {
    section_.blocks.push_back(root);
    section_.streams.push_back(
        {static_cast<int>(numberOf(unit)), static_cast<int>(section_.blocks.size()) - 1, -1});
    if (unit == Step::Unit::Lanes) {
      lanesRoots_.push_back(static_cast<int>(section_.blocks.size()) - 1);
    }
  }
}

/// Steps that are in no order with others have lines of their own.
void SlotWriter::addApart(int warpgroup) {
  const auto w = static_cast<std::size_t>(warpgroup);
  for (int p = 0; p < 3; ++p) {
    for (std::size_t s = 0; s < parts_[p]->steps.size() && !tasks_[p].steps.empty(); ++s) {
      const auto& step = parts_[p]->steps[s];
      if (step.apart) {
        addStream(static_cast<int>(numberOf(step.unit)), {tasks_[p].steps[w][s]});
      }
    }
  }
}

void SlotWriter::addStreams() {
  if (start_ >= 0) {
    addStream(kFirstSlot + slot_, {start_});
  }
  for (const auto& part : tasks_) {
    addStream(kCopy, part.loads);
    addStream(kCopy, part.stores);
  }
  for (int w = 0; w < kernel_.warpgroups; ++w) {
    addUnitStream(w, Step::Unit::Tensor);
    addUnitStream(w, Step::Unit::Lanes);
    addUnitStream(w, Step::Unit::Special);
    addApart(w);
  }
}

} // namespace einsight::sim::gpu

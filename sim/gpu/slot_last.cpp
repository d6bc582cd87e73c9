#include "sim/cycle/at.hpp"
#include "sim/gpu/slot.hpp"

/// With which steps a part of a slot's CTA ends.
namespace einsight::sim::gpu {

/// The last step that a warpgroup does in order on a unit, in one part; -1: none.
int SlotWriter::lastStep(int part, Step::Unit unit) const {
  const auto& steps = parts_[part]->steps;
  const auto is = [&](int step) { return at(steps, step).unit == unit && !at(steps, step).apart; };
  int found = -1;
  for (int i = 0; i < static_cast<int>(steps.size()); ++i) {
    const int step = part == 1 ? at(order_, i).step : i;
    found = is(step) ? step : found;
  }
  // Of two stages the older one ends later: it is last in a drained pipeline.
  for (std::size_t i = 0; part == 1 && i < order_.size(); ++i) {
    found = order_[i].stage == 1 && is(order_[i].step) ? order_[i].step : found;
  }
  return found;
}

std::vector<SlotWriter::Last> SlotWriter::lastOf(int part, int warpgroup) const {
  for (int p = part; p >= 0; --p) {
    const auto& steps = parts_[p]->steps;
    if (steps.empty() || (p == 1 && kind_.iterations == 0)) {
      continue;
    }
    std::vector<Last> last;
    const auto add = [&](int step) {
      last.push_back({at(tasks_[p].steps[static_cast<std::size_t>(warpgroup)], step),
                      at(steps, step).unit, at(steps, step).latencyCycles, p == 1});
    };
    for (const auto unit : {Step::Unit::Tensor, Step::Unit::Lanes, Step::Unit::Special}) {
      if (const int step = lastStep(p, unit); step >= 0) {
        add(step);
      }
    }
    for (int step = 0; step < static_cast<int>(steps.size()); ++step) {
      if (at(steps, step).apart) {
        add(step);
      }
    }
    return last;
  }
  return {};
}

} // namespace einsight::sim::gpu

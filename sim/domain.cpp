#include "sim/domain.hpp"

#include <algorithm>

namespace einsight::sim {
namespace {

struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

/// Which loops are free to take any trip: those of the task inside `position`.
class Scope {
public:
  Scope(const Section& section, const Task& task, std::size_t position, const Digits& digits)
      : section_(section), digits_(digits), loop_(task.loops[position]),
        last_(section.loops[static_cast<std::size_t>(loop_)].trips - 1),
        inside_(task.loops.begin() + static_cast<std::ptrdiff_t>(position) + 1, task.loops.end()) {}

  [[nodiscard]] std::int64_t last() const { return last_; }
  [[nodiscard]] std::int64_t here() const { return digits_[static_cast<std::size_t>(loop_)]; }

  /// Range of sum of coefficient * counter over the free loops; the loop itself stands here.
  [[nodiscard]] Range sum(const std::vector<LoopTerm>& terms) const {
    Range range;
    for (const auto& [loop, coefficient] : terms) {
      if (std::find(inside_.begin(), inside_.end(), loop) != inside_.end()) {
        const auto reach = coefficient * (section_.loops[static_cast<std::size_t>(loop)].trips - 1);
        range.low += std::min<std::int64_t>(0, reach);
        range.high += std::max<std::int64_t>(0, reach);
      } else {
        const auto fixed = coefficient * digits_[static_cast<std::size_t>(loop)];
        range.low += fixed;
        range.high += fixed;
      }
    }
    return range;
  }
  [[nodiscard]] std::int64_t coefficient(const std::vector<LoopTerm>& terms) const {
    for (const auto& term : terms) {
      if (term.loop == loop_) {
        return term.coefficient;
      }
    }
    return 0;
  }
  [[nodiscard]] Range values(const Extent& extent) const {
    const auto used = sum(extent.terms);
    return {std::clamp<std::int64_t>(extent.total - used.high, 0, extent.tile),
            std::clamp<std::int64_t>(extent.total - used.low, 0, extent.tile)};
  }

private:
  const Section& section_;
  const Digits& digits_;
  int loop_;
  std::int64_t last_;
  std::vector<int> inside_;
};

std::int64_t constantUntil(const Extent& extent, const Scope& scope) {
  const auto stride = scope.coefficient(extent.terms);
  if (stride == 0) {
    return scope.last();
  }
  const auto used = scope.sum(extent.terms);
  if (extent.total - used.low <= 0) {
    return scope.last(); // empty from here on
  }
  const auto spare = extent.total - used.high - extent.tile;
  return spare >= 0 ? std::min(scope.last(), scope.here() + spare / stride) : scope.here();
}

std::int64_t constantUntil(const Section& section, const Guard& guard, const Scope& scope) {
  auto range = scope.sum(guard.terms);
  range.low += guard.constant;
  range.high += guard.constant;
  std::int64_t until = scope.last();
  for (const auto& [index, coefficient] : guard.spans) {
    const auto& extent = section.extents[static_cast<std::size_t>(index)];
    const auto size = scope.values(extent);
    range.low += coefficient * (size.low - 1);
    range.high += coefficient * (size.high - 1);
    until = std::min(until, constantUntil(extent, scope));
  }
  const auto slope = scope.coefficient(guard.terms);
  if (range.low >= 0) { // holds; until it may fail
    return slope >= 0 ? until : std::min(until, scope.here() + floorDivide(range.low, -slope));
  }
  if (range.high < 0) { // fails; until it may hold
    return slope <= 0 ? until : std::min(until, scope.here() + floorDivide(-range.high - 1, slope));
  }
  return slope == 0 ? until : scope.here();
}

void markSlots(const Section& section, int block, int slot, std::vector<int>& slots) {
  for (const auto& item : section.blocks[static_cast<std::size_t>(block)].items) {
    if (item.kind == Item::Kind::Task) {
      slots[static_cast<std::size_t>(item.index)] = slot;
    } else if (item.kind == Item::Kind::Block) {
      markSlots(section, item.index, slot, slots);
    }
  }
}

struct Summation {
  const Section& section;
  const Task& task;
  const std::vector<const Amount*>& amounts;
  Digits digits;
  std::vector<Wide> sums;

  void add(std::size_t position, Wide times) {
    if (position == task.loops.size()) {
      if (runs(section, task, digits)) {
        for (std::size_t i = 0; i < amounts.size(); ++i) {
          sums[i] += times * value(section, *amounts[i], digits);
        }
        sums.back() += times;
      }
      return;
    }
    const auto loop = static_cast<std::size_t>(task.loops[position]);
    const auto trips = section.loops[loop].trips;
    for (digits[loop] = 0; digits[loop] < trips;) {
      const auto until = sim::constantUntil(section, task, position, digits);
      add(position + 1, times * (until - digits[loop] + 1));
      digits[loop] = until + 1;
    }
    digits[loop] = 0;
  }
};

} // namespace

std::int64_t constantUntil(const Section& section, const Task& task, std::size_t position,
                           const Digits& digits) {
  const Scope scope(section, task, position, digits);
  auto until = scope.last();
  const auto visit = [&](int extent) {
    until =
        std::min(until, constantUntil(section.extents[static_cast<std::size_t>(extent)], scope));
  };
  std::for_each(task.extents.begin(), task.extents.end(), visit);
  for (const auto& factor : task.ticks.factors) {
    visit(factor.extent);
  }
  for (const auto& count : task.counts) {
    for (const auto& factor : count.amount.factors) {
      visit(factor.extent);
    }
  }
  for (const auto& guard : task.guards) {
    until = std::min(until, constantUntil(section, guard, scope));
  }
  return until;
}

std::vector<Wide> totals(const Section& section, const Task& task,
                         const std::vector<const Amount*>& amounts) {
  Summation summation{section, task, amounts, Digits(section.loops.size(), 0),
                      std::vector<Wide>(amounts.size() + 1, 0)};
  summation.add(0, 1);
  return summation.sums;
}

std::vector<int> slotOfTask(const Section& section) {
  std::vector<int> slots(section.tasks.size(), -1);
  for (const auto& stream : section.streams) {
    markSlots(section, stream.root, stream.slot, slots);
  }
  return slots;
}

} // namespace einsight::sim

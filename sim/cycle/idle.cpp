#include "sim/cycle/at.hpp"
#include "sim/cycle/program.hpp"

#include <algorithm>
#include <utility>

/// Epochs in which nothing runs, shown on the expressions.
namespace einsight::sim {
namespace {

/// The same lines are looked at in a few rows at most: this is a short cut, not a search.
constexpr int kRows = 4;

class Idle {
public:
  Idle(const Section& section, const Block& block, Digits digits)
      : section_(section), block_(block), digits_(std::move(digits)) {}

  /// Iterations from the one at `digits` on in which the item takes no part or its task does not
  /// run, at most `limit`; 0 when it runs, or when that cannot be told.
  std::int64_t iterations(const Item& item, std::int64_t limit) {
    std::int64_t waits = 0;
    bool takesPart = true;
    for (const auto& pin : item.pins) {
      const auto wanted = pin.last ? trips(pin.loop) - 1 : 0;
      if (at(digits_, pin.loop) != wanted) {
        takesPart = false;
        waits = std::max(waits, until(pin.loop, wanted));
      }
    }
    if (!takesPart) {
      return std::min(waits, limit);
    }
    // Behind the row in which a pinned task takes part there is one in which it does not.
    return masked(at(section_.tasks, item.index), limit, item.pins.empty() ? kRows : 1);
  }

private:
  [[nodiscard]] std::int64_t trips(int loop) const { return at(section_.loops, loop).trips; }

  /// Iterations until the counter of a loop has that value; 1 when the loop is not of the block.
  [[nodiscard]] std::int64_t until(int loop, std::int64_t wanted) const {
    std::int64_t stride = 1;
    std::int64_t inside = 0; // iterations of the current trip that are over
    for (std::size_t i = block_.loops.size(); i-- > 0;) {
      const int known = block_.loops[i];
      if (known == loop) {
        const auto left = (wanted - at(digits_, loop) + trips(loop)) % trips(loop);
        return left * stride - inside;
      }
      inside += at(digits_, known) * stride;
      stride *= trips(known);
    }
    return 1;
  }

  /// Iterations in which the task's tile is empty or masked.
  std::int64_t masked(const Task& task, std::int64_t limit, int rows) {
    std::int64_t sum = 0;
    for (int row = 0; row < rows && sum < limit; ++row) {
      if (runs(section_, task, digits_)) {
        break;
      }
      const auto more = like(task);
      if (more == 0) {
        break;
      }
      sum += more;
      decode(section_, block_.loops, encode(section_, block_.loops, digits_) + more, digits_);
    }
    return std::min(sum, limit);
  }

  /// Iterations from here on that are like the one at `digits`: along the innermost loop, and where
  /// a loop is alike from its first trip to its last, along the one around it.
  [[nodiscard]] std::int64_t like(const Task& task) const {
    std::int64_t count = 0;
    std::int64_t stride = 1;
    auto position = task.loops.size();
    for (std::size_t i = block_.loops.size(); i-- > 0 && position > 0;) {
      const int loop = block_.loops[i];
      if (task.loops[--position] != loop) {
        break;
      }
      const auto last = constantUntil(section_, task, position, digits_);
      count = (last - at(digits_, loop) + 1) * stride;
      if (at(digits_, loop) != 0 || last != trips(loop) - 1) {
        break;
      }
      stride *= trips(loop);
    }
    return count;
  }

  const Section& section_;
  const Block& block_;
  Digits digits_;
};

} // namespace

std::int64_t idleEpochs(const Program& program, const Frame& frame, Digits& digits) {
  const auto& section = program.section;
  const auto& block = at(section.blocks, frame.block);
  const auto& walk = at(program.walks, frame.block);
  auto epochs = walk.iterations + walk.lastStage - frame.epoch;
  for (const auto& item : block.items) {
    const auto iteration = frame.epoch - item.stage;
    if (item.kind == Item::Kind::Barrier || iteration >= walk.iterations) {
      continue;
    }
    if (item.kind == Item::Kind::Block || walk.dispatched || block.loops.empty()) {
      return 0;
    }
    if (iteration < 0) {
      epochs = std::min(epochs, -iteration);
      continue;
    }
    decode(section, block.loops, iteration, digits);
    const auto left = std::min(epochs, walk.iterations - iteration);
    const auto idle = Idle(section, block, digits).iterations(item, left);
    if (idle < walk.iterations - iteration) { // not to its last iteration
      epochs = std::min(epochs, idle);
    }
    if (epochs < 2) {
      return 0;
    }
  }
  return epochs < 2 ? 0 : epochs;
}

} // namespace einsight::sim

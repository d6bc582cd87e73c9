#include "sim/cycle/route.hpp"

#include "sim/cycle/at.hpp"

#include <algorithm>

namespace einsight::sim {
namespace {

std::int64_t ceiling(std::int64_t a, std::int64_t b) {
  return b == 1 ? a : (a + b - 1) / b;
}

} // namespace

bool Route::Work::runs(const Counters& counters) const {
  if (never) {
    return false;
  }
  for (const auto size : present) {
    if (sizes[size](counters) == 0) {
      return false;
    }
  }
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    auto sum = condition.sum(counters);
    for (const auto& [size, coefficient] : condition.spans) {
      sum += coefficient * (sizes[size](counters) - 1);
    }
    return sum >= 0;
  });
}

std::int64_t Route::Work::duration(const Counters& counters) const {
  auto product = scale;
  for (const auto& [size, divisor] : factors) {
    product *= ceiling(sizes[size](counters), divisor);
  }
  const auto whole = ceiling(product, unit);
  return ceiling(whole * speedup.denominator(), speedup.numerator());
}

void Route::place(const Frame& frame, Counters& counters) const {
  const auto& node = at(nodes, frame.node);
  for (const auto& [stage, first] : node.stages) {
    auto number = std::max<std::int64_t>(frame.epoch - stage, 0);
    for (std::size_t i = node.trips.size(); i-- > 0;) {
      counters[first + i] = number % node.trips[i];
      number /= node.trips[i];
    }
  }
}

void Route::next(const Node& node, std::int64_t epoch, Counters& counters) {
  for (const auto& [stage, first] : node.stages) {
    if (epoch <= stage) {
      continue;
    }
    for (std::size_t i = node.trips.size(); i-- > 0;) {
      auto& counter = counters[first + i];
      if (++counter < node.trips[i]) {
        break;
      }
      counter = 0;
    }
  }
}

std::int64_t Route::required(const Step& step, const Need& need, const Counters& counters,
                             Digits& scratch) const {
  if (need.edge != nullptr) {
    for (std::size_t loop = 0; loop < step.places.size(); ++loop) {
      scratch[loop] = step.places[loop] < 0 ? 0 : at(counters, step.places[loop]);
    }
    return needed(*section, *need.edge, scratch);
  }
  for (const auto& condition : need.conditions) {
    if (condition(counters) < 0) {
      return 0;
    }
  }
  return need.number(counters);
}

bool Route::mayIdle(const Frame& frame, const Counters& counters) const {
  const auto& node = at(nodes, frame.node);
  for (const auto& step : node.steps) {
    const auto iteration = frame.epoch - step.stage;
    if (step.kind == Item::Kind::Barrier || iteration >= node.iterations) {
      continue;
    }
    if (step.kind == Item::Kind::Block || node.dispatched || node.trips.empty()) {
      return false;
    }
    if (iteration < 0) {
      if (iteration == -1) {
        return false;
      }
    } else if (step.pinned(counters)) {
      if (!step.hasInnermost || step.work.runs(counters)) {
        return false;
      }
    } else if (step.pinsInnermost && step.pins.size() == 1) {
      const auto next = counters[step.innermost] + 1;
      if ((next == node.trips.back() ? 0 : next) == step.pins.front().value) {
        return false;
      }
    }
  }
  return true;
}

} // namespace einsight::sim

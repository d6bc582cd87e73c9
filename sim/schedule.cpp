#include "sim/schedule.hpp"

#include <algorithm>
#include <ranges>

namespace einsight::sim {

std::int64_t iterations(const Section& section, const std::vector<int>& loops) {
  std::int64_t product = 1;
  for (const int loop : loops) {
    product *= section.loops[static_cast<std::size_t>(loop)].trips;
  }
  return product;
}

void decode(const Section& section, const std::vector<int>& loops, std::int64_t number,
            Digits& digits) {
  for (const auto loop : std::views::reverse(loops)) {
    const auto at = static_cast<std::size_t>(loop);
    const auto trips = section.loops[at].trips;
    digits[at] = number % trips;
    number /= trips;
  }
}

std::int64_t encode(const Section& section, const std::vector<int>& loops, const Digits& digits) {
  std::int64_t number = 0;
  for (const int loop : loops) {
    const auto at = static_cast<std::size_t>(loop);
    number = number * section.loops[at].trips + digits[at];
  }
  return number;
}

std::int64_t value(const Extent& extent, const Digits& digits) {
  std::int64_t left = extent.total;
  for (const auto& [loop, stride] : extent.terms) {
    left -= stride * digits[static_cast<std::size_t>(loop)];
  }
  return std::clamp<std::int64_t>(left, 0, extent.tile);
}

std::int64_t value(const Section& section, const Amount& amount, const Digits& digits) {
  std::int64_t product = amount.scale;
  for (const auto& [extent, divisor] : amount.factors) {
    const auto size = value(section.extents[static_cast<std::size_t>(extent)], digits);
    product *= divisor == 1 ? size : (size + divisor - 1) / divisor;
  }
  return amount.unit == 1 ? product : (product + amount.unit - 1) / amount.unit;
}

bool runs(const Section& section, const Task& task, const Digits& digits) {
  for (const int extent : task.extents) {
    if (value(section.extents[static_cast<std::size_t>(extent)], digits) == 0) {
      return false;
    }
  }
  return std::all_of(task.guards.begin(), task.guards.end(), [&](const Guard& guard) {
    auto sum = guard.constant;
    for (const auto& [loop, coefficient] : guard.terms) {
      sum += coefficient * digits[static_cast<std::size_t>(loop)];
    }
    for (const auto& [extent, coefficient] : guard.spans) {
      sum += coefficient * (value(section.extents[static_cast<std::size_t>(extent)], digits) - 1);
    }
    return sum >= 0;
  });
}

std::int64_t needed(const Section& section, const Edge& edge, const Digits& digits) {
  const auto& producer = section.tasks[static_cast<std::size_t>(edge.producer)];
  static thread_local Digits back;
  const Digits* from = &digits;
  if (edge.lag > 0) {
    const auto number = encode(section, edge.lagLoops, digits) - edge.lag;
    if (number < 0) {
      return 0;
    }
    back = digits;
    decode(section, edge.lagLoops, number, back);
    from = &back;
  }
  std::int64_t number = 0;
  for (std::size_t i = 0; i < producer.loops.size(); ++i) {
    const auto trips = section.loops[static_cast<std::size_t>(producer.loops[i])].trips;
    const auto& source = edge.sources[i];
    std::int64_t digit = 0;
    if (source.at == Edge::Source::At::Same) {
      digit = (*from)[static_cast<std::size_t>(source.loop)] - source.shift;
      if (digit < 0) {
        return 0;
      }
    } else if (source.at == Edge::Source::At::Last) {
      digit = trips - 1;
    }
    number = number * trips + digit;
  }
  return number + 1;
}

} // namespace einsight::sim

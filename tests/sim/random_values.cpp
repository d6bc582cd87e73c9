#include "random_schedule.hpp"

#include <fmt/format.h>

#include <rapidcheck.h>

namespace einsight::sim::test {

std::int64_t drawn(std::int64_t low, std::int64_t high) {
  return low == high ? low : *rc::gen::inRange(low, high + 1);
}

bool drawnCoin() {
  return drawn(0, 1) == 1;
}

std::string difference(const Totals& a, const Totals& b) {
  if (a.ticks != b.ticks) {
    return fmt::format("{} and {} ticks", static_cast<std::int64_t>(a.ticks),
                       static_cast<std::int64_t>(b.ticks));
  }
  for (std::size_t r = 0; r < a.resources.size(); ++r) {
    if (a.resources[r].busy != b.resources[r].busy ||
        a.resources[r].waits != b.resources[r].waits) {
      return fmt::format("the use of resource {}", r);
    }
  }
  return a.einsumBusy != b.einsumBusy ? "the time of an Einsum"
         : a.counters != b.counters   ? "a count"
         : a.path != b.path           ? "the critical path"
                                      : "";
}

} // namespace einsight::sim::test

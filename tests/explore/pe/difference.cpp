#include "difference.hpp"

#include "sim/pe/pe.hpp"

#include <fmt/format.h>

namespace einsight::explore::test {
namespace {

constexpr double kTolerance = 1e-9;

} // namespace

std::string peDifference(const Point& point, std::uint64_t seed) {
  const auto cycle = sim::cycle(point.schedule);
  const auto& cascade = point.mapping.cascade();
  const auto pe = sim::pe(point.schedule, cascade, point.mapping.machine(),
                          einsum::randomInputs(cascade, seed));
  if (!cycle || !pe) {
    return core::render(cycle ? pe.error() : cycle.error());
  }
  const auto& totals = pe->totals;
  if (totals.ticks != cycle->ticks) {
    return fmt::format("pe takes {} ticks, cycle {}; a cycle has {}",
                       static_cast<double>(totals.ticks), static_cast<double>(cycle->ticks),
                       point.schedule.ticksPerCycle);
  }
  for (std::size_t r = 0; r < totals.resources.size(); ++r) {
    if (totals.resources[r].busy != cycle->resources[r].busy ||
        totals.resources[r].waits != cycle->resources[r].waits) {
      return fmt::format("{} works or waits otherwise", point.schedule.resources[r].name);
    }
  }
  if (totals.counters != cycle->counters || totals.einsumBusy != cycle->einsumBusy) {
    return "the engines count differently";
  }
  return pe->largestDifference <= kTolerance
             ? ""
             : fmt::format("a value differs by {}", pe->largestDifference);
}

} // namespace einsight::explore::test

#include "sim/half_ticks.hpp"

namespace einsight::sim {

Schedule inHalfTicks(Schedule schedule) {
  schedule.ticksPerCycle *= 2;
  for (auto& resource : schedule.resources) {
    resource.speedup = resource.speedup / core::Rational(2);
    resource.quantum *= 2;
  }
  for (auto& section : schedule.sections) {
    for (auto& task : section.tasks) {
      for (auto& need : task.needs) {
        need.latency *= 2;
      }
    }
    for (auto& barrier : section.barriers) {
      barrier.latency *= 2;
    }
    for (auto& chain : section.chains) {
      chain.waitTicks *= 2;
    }
  }
  return schedule;
}

} // namespace einsight::sim

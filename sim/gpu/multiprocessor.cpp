#include "sim/gpu/multiprocessor.hpp"

#include "sim/gpu/slot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::sim::gpu {
namespace {

/// Less than this part of a tick is an error of floating point.
constexpr double kTiny = 1e-6;

double rounded(double cycles) {
  return static_cast<double>(ticksOf(cycles)) / static_cast<double>(kTicksPerCycle);
}

} // namespace

std::int64_t ticksOf(double cycles) {
  return static_cast<std::int64_t>(std::ceil(cycles * static_cast<double>(kTicksPerCycle) - kTiny));
}

double speedup(const Step& step, const Device& device) {
  return step.unit == Step::Unit::Tensor  ? device.tensorSpeedup
         : step.unit == Step::Unit::Lanes ? device.lanesSpeedup
                                          : device.specialSpeedup;
}

double exactOccupancy(const Step& step, const Device& device) {
  const double math = step.mathCycles > 0 ? step.mathCycles : step.cycles;
  const double slower = std::max(math, step.sharedCycles);
  if (slower <= 0) {
    return 0;
  }
  const double faster =
      std::max(math / speedup(step, device), step.sharedCycles / device.sharedSpeedup);
  return std::max(step.cycles, slower) * faster / slower;
}

double occupancy(const Step& step, const Device& device) {
  return rounded(exactOccupancy(step, device));
}

double maskOccupancy(const Step& step, const Device& device) {
  return rounded(step.maskedCycles / speedup(step, device));
}

Schedule smSchedule(const Kernel& kernel, const Device& device, const Kind& kind,
                    std::int64_t residents, std::int64_t rounds, Holdings* holdings) {
  Schedule schedule;
  schedule.ticksPerCycle = kTicksPerCycle;
  for (const auto unit : kUnitNames) {
    schedule.resources.push_back({std::string(unit), false, 1, 1});
  }
  schedule.resources.push_back({"copy", true, 1, 1});
  schedule.einsums = {"steps"};
  Section section;
  section.name = kernel.name;
  section.loops = {{"cta", rounds, false},
                   {"iteration", std::max<std::int64_t>(1, kind.iterations), false}};
  std::vector<Hold> holds;
  for (int slot = 0; slot < static_cast<int>(residents); ++slot) {
    schedule.resources.push_back({fmt::format("slot{}", slot), true, 1, 1});
    SlotWriter writer(kernel, device, kind, slot, section);
    writer.write();
    if (holdings != nullptr) {
      writer.addHolds(holds);
    }
  }
  if (holdings != nullptr) {
    holdings->memories = {{{"shared_memory"}, {}, false}, {{"registers"}, {}, false}};
    holdings->sections = {std::move(holds)};
  }
  schedule.sections = {std::move(section)};
  return schedule;
}

} // namespace einsight::sim::gpu

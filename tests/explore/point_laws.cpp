#include "point_laws.hpp"

#include "einsum/analysis.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace einsight::explore::test {
namespace {

using sim::Totals;
using sim::Wide;

double real(Wide value) {
  return static_cast<double>(value);
}

/// Above 1e-9 of it: not an effect of rounding.
bool above(double value, double limit) {
  return value > limit + 1e-9 * std::max(1.0, limit);
}

std::string differences(const Totals& skipped, const Totals& plain) {
  if (skipped.ticks != plain.ticks) {
    return fmt::format("skipped {} ticks, unskipped {}", real(skipped.ticks), real(plain.ticks));
  }
  for (std::size_t r = 0; r < plain.resources.size(); ++r) {
    if (skipped.resources[r].busy != plain.resources[r].busy) {
      return fmt::format("skipping changes the busy time of resource {}", r);
    }
    if (skipped.resources[r].waits != plain.resources[r].waits) {
      return fmt::format("skipping changes the stalls of resource {}", r);
    }
  }
  if (skipped.einsumBusy != plain.einsumBusy) {
    return "skipping changes the time of an Einsum";
  }
  return skipped.counters == plain.counters ? "" : "skipping changes a count";
}

std::string timeLaws(const Point& point, const Totals& bound, const Totals& simulated) {
  if (bound.ticks > simulated.ticks) {
    return fmt::format("the bound is {} ticks, the simulation {}", real(bound.ticks),
                       real(simulated.ticks));
  }
  if (bound.counters != simulated.counters) {
    return "the engines count differently";
  }
  for (std::size_t r = 0; r < simulated.resources.size(); ++r) {
    const auto& use = simulated.resources[r];
    const auto all = std::accumulate(use.waits.begin(), use.waits.end(), use.busy);
    if (all != simulated.ticks) {
      return fmt::format("busy and stalls of {} are {} ticks of {}",
                         point.schedule.resources[r].name, real(all), real(simulated.ticks));
    }
    if (use.busy != bound.resources[r].busy) {
      return fmt::format("{} is busy {} ticks, by the bound {}", point.schedule.resources[r].name,
                         real(use.busy), real(bound.resources[r].busy));
    }
  }
  const auto path = std::accumulate(simulated.path.begin(), simulated.path.end(), Wide{0});
  return path == simulated.ticks ? ""
                                 : fmt::format("the critical path is {} ticks of {}", real(path),
                                               real(simulated.ticks));
}

std::string operationLaws(const Point& point, const results::Result& result, const Laws& laws) {
  for (const auto& einsum : point.mapping.cascade().einsums()) {
    const auto wanted = einsum::operations(point.mapping.cascade(), einsum);
    const auto done = std::find_if(result.einsums.begin(), result.einsums.end(),
                                   [&](const auto& use) { return use.name == einsum.name; });
    if (!wanted || done == result.einsums.end()) {
      return "no operations of " + einsum.name;
    }
    if (!laws.exact && einsum.domain.empty()) {
      continue; // where nothing attends it need not run
    }
    for (const auto& [op, count] : *wanted) {
      const auto found = done->ops.find(op);
      const auto executed = found == done->ops.end() ? 0 : found->second;
      if (executed < count || (laws.exact && executed > count)) {
        return fmt::format("{} executes {} {}, the cascade has {}", einsum.name, executed, op,
                           count);
      }
    }
  }
  return "";
}

const results::LevelTraffic* levelOf(const results::Result& result, const std::string& name) {
  const auto found = std::find_if(result.levels.begin(), result.levels.end(),
                                  [&](const auto& level) { return level.name == name; });
  return found == result.levels.end() ? nullptr : &*found;
}

std::int64_t bytesOf(const einsum::Tensor& tensor) {
  std::int64_t elements = 1;
  for (const auto size : tensor.shape) {
    elements *= size;
  }
  return elements * tensor.bits / 8;
}

std::string compulsoryLaws(const Point& point, const results::Result& result, const Laws& laws) {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  for (const auto& tensor : point.mapping.cascade().tensors()) {
    inputs += tensor.input ? bytesOf(tensor) : 0;
    outputs += tensor.result ? bytesOf(tensor) : 0;
  }
  const auto* dram = levelOf(result, point.mapping.machine().dram().name);
  if (dram == nullptr) {
    return "no traffic of DRAM";
  }
  if (laws.compulsory && dram->readBytes < inputs) {
    return fmt::format("DRAM is read {} bytes, the inputs have {}", dram->readBytes, inputs);
  }
  return !laws.compulsory || dram->writeBytes >= outputs
             ? ""
             : fmt::format("DRAM is written {} bytes, the results have {}", dram->writeBytes,
                           outputs);
}

std::string speedLaws(const Point& point, const results::Result& result) {
  const double cycles = result.cycles.value_or(0);
  for (const auto& unit : result.units) {
    if (above(unit.utilization, 1)) {
      return fmt::format("{} is used {} of the time", unit.name, unit.utilization);
    }
  }
  for (const auto& unit : point.mapping.machine().units()) {
    double products = 0;
    for (const auto& einsum : result.einsums) {
      const auto macc = einsum.ops.find("macc");
      products += einsum.unit == unit.name && macc != einsum.ops.end()
                      ? static_cast<double>(macc->second)
                      : 0;
    }
    const double least = products / static_cast<double>(unit.processingElements());
    if (above(least, cycles)) {
      return fmt::format("{} cycles, but the products of {} alone take {}", cycles, unit.name,
                         least);
    }
  }
  const auto& dram = point.mapping.machine().dram();
  const auto* outside = levelOf(result, dram.name);
  const auto outsideBytes = static_cast<double>(outside->readBytes + outside->writeBytes);
  for (const auto& memory : point.mapping.machine().memories()) {
    const auto* traffic = levelOf(result, memory.name);
    if (traffic == nullptr || !memory.bandwidth) {
      continue;
    }
    // What passes between DRAM and a buffer takes the time of DRAM's port only.
    const auto bytes = static_cast<double>(traffic->readBytes + traffic->writeBytes) -
                       (&memory == &dram ? 0 : outsideBytes);
    const double least = bytes / memory.bandwidth->toDouble();
    if (above(least, cycles)) {
      return fmt::format("{} cycles, but the traffic of {} takes {}", cycles, memory.name, least);
    }
  }
  return "";
}

using Bytes = std::map<std::string, double>;

/// Bytes of each tensor that cross the boundary of a memory, in a section.
Bytes bytesBy(const Point& point, const sim::Section& section, sim::Counter::Kind kind,
              const std::string& memory) {
  Bytes bytes;
  for (const auto& task : section.tasks) {
    for (const auto& count : task.counts) {
      const auto& counter = point.schedule.counters[static_cast<std::size_t>(count.counter)];
      if (counter.kind == kind && counter.component == memory) {
        bytes[task.name] += real(sim::totals(section, task, {&count.amount}).front()) /
                            static_cast<double>(counter.parts);
      }
    }
  }
  return bytes;
}

/// What is read from a buffer was put there in the same section; what was put there without being
/// made there came from DRAM, all of it.
std::string bufferLaws(const Point& point, std::size_t number, const arch::Memory& buffer) {
  const auto& section = point.schedule.sections[number];
  const auto& plan = point.mapping.plan().sections[number];
  auto written = bytesBy(point, section, sim::Counter::Kind::Write, buffer.name);
  for (const auto& [tensor, bytes] :
       bytesBy(point, section, sim::Counter::Kind::Read, buffer.name)) {
    if (bytes > 0 && written[tensor] == 0) {
      return fmt::format("'{}' is read from {}, but never written there", tensor, buffer.name);
    }
  }
  auto fetched =
      bytesBy(point, section, sim::Counter::Kind::Read, point.mapping.machine().dram().name);
  for (const auto& [name, bytes] : written) {
    const bool spilled = std::any_of(plan.keeps.begin(), plan.keeps.end(), [&](const auto& keep) {
      return keep.spill != core::Rational(0);
    });
    if (plan.producer(name) == nullptr && !spilled && above(bytes, fetched[name])) {
      return fmt::format("{} bytes of '{}' are put into {}, {} come from DRAM", bytes, name,
                         buffer.name, fetched[name]);
    }
  }
  return "";
}

/// What is read from DRAM is an input, or was stored in this section or one before.
std::string conservationLaws(const Point& point) {
  Bytes stored;
  const auto& dram = point.mapping.machine().dram().name;
  for (std::size_t number = 0; number < point.schedule.sections.size(); ++number) {
    const auto& section = point.schedule.sections[number];
    for (const auto& memory : point.mapping.machine().memories()) {
      const bool buffer = memory.kind == arch::Memory::Kind::Buffer;
      if (auto found = buffer ? bufferLaws(point, number, memory) : ""; !found.empty()) {
        return found;
      }
    }
    for (const auto& [tensor, bytes] : bytesBy(point, section, sim::Counter::Kind::Write, dram)) {
      stored[tensor] += bytes;
    }
    for (const auto& [tensor, bytes] : bytesBy(point, section, sim::Counter::Kind::Read, dram)) {
      const auto* view = point.mapping.cascade().einsum(tensor);
      const bool given =
          point.mapping.cascade().tensor(tensor)->input || (view != nullptr && view->view);
      if (bytes > 0 && stored[tensor] == 0 && !given) {
        return fmt::format("'{}' is read from DRAM, but never written there", tensor);
      }
    }
  }
  return "";
}

} // namespace

Point prepared(const PointRequest& request) {
  auto point = prepare(request);
  if (!point) {
    FAIL(describe(request) << "\n" << core::render(point.error()));
  }
  return std::move(*point);
}

std::string violation(const Point& point, const Laws& laws) {
  const auto bound = sim::analytic(point.schedule, true);
  const auto simulated = sim::cycle(point.schedule);
  if (!simulated) {
    return core::render(simulated.error());
  }
  if (laws.unskipped) {
    sim::CycleOptions plainly;
    plainly.skip = false;
    const auto plain = sim::cycle(point.schedule, plainly);
    if (!plain) {
      return core::render(plain.error());
    }
    if (auto found = differences(*simulated, *plain); !found.empty()) {
      return found;
    }
  }
  if (auto found = timeLaws(point, bound, *simulated); !found.empty()) {
    return found;
  }
  const auto result =
      sim::summarize(point.schedule, *simulated, point.mapping.machine().clockHertz());
  if (!result) {
    return core::render(result.error());
  }
  for (const auto& found :
       {operationLaws(point, *result, laws), compulsoryLaws(point, *result, laws),
        speedLaws(point, *result), conservationLaws(point)}) {
    if (!found.empty()) {
      return found;
    }
  }
  return "";
}

std::string describe(const PointRequest& request) {
  auto text = fmt::format("-w {} -a {} -m {}", request.workload, request.machine, request.mapping);
  const auto add = [&](const std::string& prefix, const core::Settings& settings) {
    for (const auto& [name, value] : settings) {
      text += fmt::format(" --set {}{}={}", prefix, name, value.toString());
    }
  };
  add("", request.workloadSettings);
  add("arch.", request.machineSettings);
  add("mapping.", request.mappingSettings);
  return text;
}

} // namespace einsight::explore::test

#include "mappings/lower.hpp"

#include "mappings/lowering/places.hpp"

#include <numeric>
#include <stdexcept>

namespace einsight::mappings {
namespace {

/// The largest number that divides whatever value the amount takes.
core::Rational grain(const sim::Section& section, const sim::Amount& amount) {
  core::Rational product(amount.scale);
  for (const auto& [index, divisor] : amount.factors) {
    const auto& extent = section.extents[static_cast<std::size_t>(index)];
    auto common = std::gcd(extent.tile, extent.total);
    for (const auto& [loop, stride] : extent.terms) {
      common = std::gcd(common, stride);
    }
    product = product * core::Rational(divisor == 1 ? common : 1);
  }
  return product;
}

std::int64_t leastCommonMultiple(std::int64_t a, std::int64_t b) {
  return (core::Rational(a) * core::Rational(b / std::gcd(a, b))).numerator();
}

/// The fewest ticks per cycle in which every duration of the section is whole.
std::int64_t ticksFor(const sim::Section& section, const std::vector<core::Rational>& rates) {
  std::int64_t ticks = 1;
  for (std::size_t t = 0; t < rates.size(); ++t) {
    const auto step = rates[t] * grain(section, section.tasks[t].ticks);
    ticks = leastCommonMultiple(ticks, step.denominator());
  }
  return ticks;
}

/// Throws std::overflow_error when the largest value of the amount does not fit 64 bits.
void checkRange(const sim::Section& section, const sim::Amount& amount) {
  core::Rational largest(amount.scale);
  for (const auto& [index, divisor] : amount.factors) {
    const auto tile = section.extents[static_cast<std::size_t>(index)].tile;
    largest = largest * core::Rational((tile + divisor - 1) / divisor);
  }
}

void scale(sim::Section& section, const std::vector<core::Rational>& rates, std::int64_t ticks) {
  for (std::size_t t = 0; t < rates.size(); ++t) {
    auto& task = section.tasks[t];
    const auto factor = rates[t] * core::Rational(ticks);
    task.ticks.scale =
        (core::Rational(task.ticks.scale) * core::Rational(factor.numerator())).numerator();
    task.ticks.unit = factor.denominator();
    checkRange(section, task.ticks);
    for (const auto& count : task.counts) {
      checkRange(section, count.amount);
    }
    for (auto& edge : task.needs) {
      edge.latency *= ticks;
    }
  }
  for (auto& barrier : section.barriers) {
    barrier.latency *= ticks;
  }
  for (auto& chain : section.chains) {
    chain.waitTicks *= ticks;
  }
}

/// Everything below DRAM.
std::vector<sim::Holdings::Memory> memoriesOf(const arch::Machine& machine) {
  std::vector<sim::Holdings::Memory> made;
  for (std::size_t m = 1; m < machine.memories().size(); ++m) {
    const auto& memory = machine.memories()[m];
    made.push_back({{memory.name}, memory.capacity, memory.kind == arch::Memory::Kind::Registers});
  }
  return made;
}

sim::Schedule lowerAll(const VerifiedMapping& mapping, sim::Holdings* holdings) {
  auto schedule = emptySchedule(mapping.cascade(), mapping.machine());
  CounterTable counter(schedule.counters);
  std::vector<std::vector<core::Rational>> rates;
  for (const auto& plan : mapping.plan().sections) {
    Draft draft{mapping, plan, schedule, counter,
                assignRoom(mapping.plan(), plan, mapping.cascade(), mapping.machine())};
    draft.section.name = plan.name;
    draft.holds = holdings == nullptr ? nullptr : &holdings->sections.emplace_back();
    for (const auto& part : plan.loops) {
      draft.section.loops.push_back({part.name, part.trips, false});
    }
    addCompute(draft);
    addMovement(draft);
    addIssue(draft);
    addTiles(draft);
    schedule.ticksPerCycle =
        leastCommonMultiple(schedule.ticksPerCycle, ticksFor(draft.section, draft.rate));
    rates.push_back(std::move(draft.rate));
    schedule.sections.push_back(std::move(draft.section));
  }
  for (std::size_t s = 0; s < rates.size(); ++s) {
    scale(schedule.sections[s], rates[s], schedule.ticksPerCycle);
  }
  const auto& dram = mapping.machine().dram();
  for (auto& resource : schedule.resources) {
    if (resource.name ==
        dram.name) { // a turn need not be whole: rounding it up changes nothing but the turn
      resource.quantum = (core::Rational(dram.interleaveBytes) / *dram.bandwidth *
                          core::Rational(schedule.ticksPerCycle))
                             .ceil();
    }
  }
  return schedule;
}

} // namespace

sim::Schedule emptySchedule(const einsum::Cascade& cascade, const arch::Machine& machine) {
  sim::Schedule schedule;
  for (const auto& unit : machine.units()) {
    schedule.resources.push_back({unit.name, false, unit.processingElements(), core::Rational(1)});
  }
  for (const auto& memory : machine.memories()) {
    if (memory.bandwidth && memory.kind != arch::Memory::Kind::Registers) {
      schedule.resources.push_back({memory.name, true, 1, core::Rational(1)});
    }
  }
  for (const auto& einsum : cascade.einsums()) {
    schedule.einsums.push_back(einsum.name);
  }
  return schedule;
}

core::Expected<sim::Schedule> lower(const VerifiedMapping& mapping) {
  try {
    return lowerAll(mapping, nullptr);
  } catch (const std::overflow_error&) {
    return core::failure({{{mapping.mapping().file, 1, 1, mapping.mapping().name},
                           "a duration of this run does not fit 64 bits in exact ticks",
                           "use sizes with more common divisors, or a shorter workload"}});
  }
}

core::Expected<Held> lowerWithHolds(const VerifiedMapping& mapping) {
  auto plain = lower(mapping); // its problems are those of both
  if (!plain) {
    return core::failure(std::move(plain.error()));
  }
  Held held;
  held.holdings.memories = memoriesOf(mapping.machine());
  held.schedule = lowerAll(mapping, &held.holdings);
  return held;
}

} // namespace einsight::mappings

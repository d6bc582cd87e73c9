#include "explore/roofs.hpp"

#include <array>

namespace einsight::explore {
namespace {

constexpr double kFlopsPerMacc = 2;
constexpr std::array kExponentials{"exp", "exp2"};

/// How often a unit executes an operator in this run.
double countOn(const results::Result& result, const std::string& unit, const std::string& op) {
  double count = 0;
  for (const auto& einsum : result.einsums) {
    const auto found = einsum.ops.find(op);
    count +=
        einsum.unit == unit && found != einsum.ops.end() ? static_cast<double>(found->second) : 0.0;
  }
  return count;
}

/// Adds the roof of a unit's exponentials. `perSecond(op)`: executed at most, 0 where it cannot.
template <class PerSecond>
void addExponentials(const results::Result& result, const std::string& unit,
                     const PerSecond& perSecond, std::vector<results::Roof>& roofs) {
  double seconds = 0;
  for (const auto* op : kExponentials) {
    const double rate = perSecond(op);
    seconds += rate > 0 ? countOn(result, unit, op) / rate : 0;
  }
  if (seconds > 0) {
    roofs.push_back({"exp on " + unit, false, result.flops / seconds});
  }
}

} // namespace

std::vector<results::Roof> roofsOf(const arch::Machine& machine, const results::Result& result) {
  std::vector<results::Roof> roofs;
  const double hertz = machine.clockHertz().toDouble();
  for (const auto& memory : machine.memories()) {
    if (memory.bandwidth) {
      roofs.push_back({memory.name, true, memory.bandwidth->toDouble() * hertz});
    } else if (memory.ports) {
      roofs.push_back(
          {memory.name, true, static_cast<double>(*memory.ports * memory.accessBytes) * hertz});
    }
  }
  const auto perSecond = [&](const arch::Unit& unit, std::string_view op) {
    const auto* operation = unit.operation(op);
    return operation == nullptr ? 0
                                : static_cast<double>(unit.processingElements()) * hertz /
                                      operation->cycles.toDouble();
  };
  for (const auto& unit : machine.units()) {
    if (const double rate = perSecond(unit, "macc"); rate > 0) {
      roofs.push_back({unit.name, false, kFlopsPerMacc * rate});
    }
  }
  for (const auto& unit : machine.units()) {
    addExponentials(
        result, unit.name, [&](const char* op) { return perSecond(unit, op); }, roofs);
  }
  return roofs;
}

std::vector<results::Roof> roofsOf(const arch::Gpu& gpu, const results::Result& result) {
  const auto& data = gpu.data();
  const double hertz = data.clock.maximumHertz;
  const auto sms = static_cast<double>(data.sms);
  std::vector<results::Roof> roofs{{"dram", true, data.dram.bytesPerSecond},
                                   {"l2", true, data.l2.bytesPerCycle * hertz},
                                   {"shared", true, data.shared.bytesPerCycle * sms * hertz}};
  const auto perSecond = [&](const char* op) {
    const auto* operation = gpu.operation(op);
    return operation == nullptr || operation->cycles <= 0
               ? 0
               : static_cast<double>(data.lanes) * sms * hertz / operation->cycles;
  };
  if (result.peakFlops) {
    roofs.push_back({"tensor_core", false, *result.peakFlops});
  }
  if (const double rate = perSecond("macc"); rate > 0) {
    roofs.push_back({"lanes", false, kFlopsPerMacc * rate});
  }
  addExponentials(result, "lanes", perSecond, roofs);
  return roofs;
}

} // namespace einsight::explore

#include "cli/text/machine.hpp"

#include "core/format.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einsight::cli {
namespace {

std::string actionsOf(const std::vector<arch::Action>& actions) {
  std::vector<std::string> texts;
  for (const auto& action : actions) {
    texts.push_back(fmt::format("{} {}", action.name,
                                action.picojoules ? core::formatEnergy(*action.picojoules)
                                                  : "unknown (" + action.reason + ")"));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string rateOf(const arch::Memory& memory, const arch::Machine& machine) {
  return memory.bandwidth ? ", " + core::formatBytesPerSecond(memory.bandwidth->toDouble() *
                                                              machine.clockHertz().toDouble())
                          : "";
}

std::string memoryText(const arch::Memory& memory, const arch::Machine& machine) {
  auto out = memory.capacity ? core::formatCapacity(*memory.capacity) : std::string("unbounded");
  out += memory.kind == arch::Memory::Kind::Registers ? " in each PE" : "";
  out += rateOf(memory, machine);
  out += fmt::format(", {} B an access", memory.accessBytes);
  if (memory.kind == arch::Memory::Kind::Buffer) {
    out += memory.ports ? fmt::format(", {} accesses a cycle", *memory.ports)
                        : ", any number of accesses a cycle";
  }
  if (memory.area) {
    out += ", " + core::formatArea(*memory.area);
  }
  return out;
}

std::string unitText(const arch::Unit& unit) {
  std::vector<std::string> axes;
  for (const auto& axis : unit.axes) {
    axes.push_back(fmt::format("{} {}{}", axis.size, axis.name, axis.reduces ? " (reduces)" : ""));
  }
  return fmt::format("{}: {} PEs, {} cycles a hop", fmt::join(axes, " x "),
                     core::formatCount(unit.processingElements()), unit.hopLatency);
}

std::string operationsOf(const arch::Unit& unit) {
  std::vector<std::string> texts;
  for (const auto& operation : unit.operations) {
    texts.push_back(fmt::format("{} {}", operation.op, operation.cycles.toString()));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

} // namespace

std::string describe(const arch::Machine& machine, const report::Style& style) {
  auto out = report::bold(fmt::format("{}: {}", machine.name(), machine.summary()), style) + "\n";
  out += fmt::format("{}, {}, {}\nsource: {}\n\n", machine.kind(),
                     core::formatHertz(machine.clockHertz().toDouble()), machine.technology(),
                     machine.source());
  std::size_t depth = 0;
  const auto line = [&](std::size_t deeper, const std::string& text) {
    out += std::string(2 * (depth + deeper), ' ') + text + "\n";
  };
  for (const auto& memory : machine.memories()) {
    if (memory.kind == arch::Memory::Kind::Registers) {
      continue; // shown below their array
    }
    line(0, fmt::format("{}: {}", memory.name, memoryText(memory, machine)));
    line(1, "energy: " + actionsOf(memory.actions));
    ++depth;
  }
  for (const auto& unit : machine.units()) {
    line(0, fmt::format("{}: {}", unit.name, unitText(unit)));
    line(1, "cycles per operation: " + operationsOf(unit));
    line(1, "energy: " + actionsOf(unit.actions));
    if (const auto* registers = machine.registersOf(unit.name)) {
      line(1, fmt::format("{}: {}", registers->name, memoryText(*registers, machine)));
      line(2, "energy: " + actionsOf(registers->actions));
    }
  }
  report::Table areas({{"area of", report::Table::Align::Left}, {""}});
  for (const auto& [component, area] : machine.areaParts()) {
    areas.row({component, core::formatArea(area)});
  }
  areas.row({"total", machine.area() ? core::formatArea(*machine.area())
                                     : "unknown: " + machine.areaReason()});
  out += "\n" + areas.render(style);
  for (const auto& note : machine.notes()) {
    out += "  " + note + "\n";
  }
  return out;
}

} // namespace einsight::cli

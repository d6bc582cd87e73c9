#include "arch/machine.hpp"

#include "core/invariant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::arch {

namespace {

/// The item of that name, or null.
template <class T>
const T* named(const std::vector<T>& items, std::string_view name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const T& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

std::optional<core::Rational> whole(const std::optional<std::int64_t>& value) {
  return value ? std::optional(core::Rational(*value)) : std::nullopt;
}

std::optional<core::Rational> memoryValue(const Memory& memory, std::string_view field) {
  if (field == "capacity") {
    return whole(memory.capacity);
  }
  if (field == "access") {
    return core::Rational(memory.accessBytes);
  }
  if (field == "bandwidth") {
    return memory.bandwidth;
  }
  if (field == "ports") {
    return whole(memory.ports);
  }
  if (field == "words" && memory.capacity) {
    return core::Rational(*memory.capacity, memory.accessBytes);
  }
  return std::nullopt;
}

std::optional<core::Rational> unitValue(const Unit& unit, std::string_view field) {
  if (const auto* axis = unit.axis(field)) {
    return core::Rational(axis->size);
  }
  if (field == "elements") {
    return core::Rational(unit.processingElements());
  }
  if (field == "hop_latency") {
    return core::Rational(unit.hopLatency);
  }
  return std::nullopt;
}

/// Records what does not fit together in a machine, each at the file with a path.
class Checker {
public:
  explicit Checker(const Machine::Data& data) : data_(data) {}

  core::Problems run() {
    if (data_.clockHertz <= core::Rational(0)) {
      add("clock", "must be above zero");
    }
    checkMemories();
    if (data_.units.empty()) {
      add("arrays", "a machine has at least one array");
    }
    for (const auto& unit : data_.units) {
      checkUnit(unit);
    }
    return std::move(problems_);
  }

private:
  void add(const std::string& path, std::string what, std::string help = {}) {
    problems_.push_back({{data_.file, 1, 1, path}, std::move(what), std::move(help)});
  }

  void claimName(const std::string& name) {
    if (!names_.insert(name).second) {
      add(name, "two components have this name", "rename one");
    }
  }

  void checkMemories() {
    const auto drams = std::count_if(data_.memories.begin(), data_.memories.end(),
                                     [](auto& one) { return one.kind == Memory::Kind::Dram; });
    if (drams != 1 || data_.memories.front().kind != Memory::Kind::Dram) {
      add("dram", "a machine has one DRAM, and it is the first memory");
    }
    for (const auto& memory : data_.memories) {
      claimName(memory.name);
      if (memory.accessBytes < 1 || (memory.capacity && *memory.capacity < memory.accessBytes)) {
        add(memory.name, "must hold at least one access of at least one byte");
      }
      if (memory.bandwidth && *memory.bandwidth <= core::Rational(0)) {
        add(memory.name + ".bandwidth", "must be above zero");
      }
      if (memory.kind == Memory::Kind::Registers && named(data_.units, memory.unit) == nullptr) {
        add(memory.name, fmt::format("registers of an array '{}' that is not there", memory.unit));
      }
    }
  }

  void checkUnit(const Unit& unit) {
    claimName(unit.name);
    std::set<std::string> axes;
    for (const auto& axis : unit.axes) {
      if (axis.size < 1 || !axes.insert(axis.name).second) {
        add(unit.name + "." + axis.name, "axes have names of their own and a size of at least 1");
      }
    }
    if (unit.axes.empty()) {
      add(unit.name, "an array has at least one axis");
    }
    if (unit.hopLatency < 0 || unit.hopLatency > 1) {
      add(unit.name + ".hop_latency", "must be 0 or 1 cycles");
    }
    for (const auto& operation : unit.operations) {
      checkOperation(unit, operation);
    }
    for (const auto& chain : unit.chained) {
      for (const auto& op : chain) {
        if (unit.operation(op) == nullptr) {
          add(unit.name + ".chained", fmt::format("no operation '{}'", op));
        }
      }
    }
  }

  void checkOperation(const Unit& unit, const Operation& operation) {
    const auto path = unit.name + "." + operation.op;
    if (operation.cycles <= core::Rational(0)) {
      add(path, "cycles must be above zero");
    }
    if (unit.operation(operation.op) != &operation) {
      add(path, "operation given twice");
    }
    for (const auto& [action, times] : operation.actions) {
      if (named(unit.actions, action) == nullptr || times < 1) {
        add(path, fmt::format("its action '{}' is not one of the array's", action));
      }
    }
  }

  const Machine::Data& data_;
  core::Problems problems_;
  std::set<std::string> names_;
};

} // namespace

std::int64_t Unit::processingElements() const {
  std::int64_t count = 1;
  for (const auto& one : axes) {
    count *= one.size;
  }
  return count;
}

const Operation* Unit::operation(std::string_view op) const {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const Operation& one) { return one.op == op; });
  return found == operations.end() ? nullptr : &*found;
}

const Axis* Unit::axis(std::string_view axisName) const {
  return named(axes, axisName);
}

const Memory* Machine::memory(std::string_view name) const {
  return named(data_.memories, name);
}

const Unit* Machine::unit(std::string_view name) const {
  return named(data_.units, name);
}

const Memory* Machine::registersOf(std::string_view unit) const {
  const auto found =
      std::find_if(data_.memories.begin(), data_.memories.end(), [&](const Memory& one) {
        return one.kind == Memory::Kind::Registers && one.unit == unit;
      });
  return found == data_.memories.end() ? nullptr : &*found;
}

const Memory& Machine::dram() const {
  EINSIGHT_INVARIANT(!data_.memories.empty(), "a checked machine has a DRAM");
  return data_.memories.front();
}

std::optional<core::Rational> Machine::value(std::string_view dottedName) const {
  if (const auto found = data_.parameters.find(std::string(dottedName));
      found != data_.parameters.end()) {
    return found->second;
  }
  if (dottedName == "clock") {
    return data_.clockHertz;
  }
  const auto dot = dottedName.find('.');
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  const auto component = dottedName.substr(0, dot);
  const auto field = dottedName.substr(dot + 1);
  if (const auto* part = unit(component)) {
    return unitValue(*part, field);
  }
  const auto* level = memory(component);
  return level == nullptr ? std::nullopt : memoryValue(*level, field);
}

core::Expected<Machine> check(Machine::Data data) {
  auto problems = Checker(data).run();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return Machine(std::move(data));
}

} // namespace einsight::arch

#include "arch/reading.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace einsight::arch {

namespace {

using config::MapReader;
using config::Node;

constexpr std::int64_t kMostTimes = 1048576;

template <class Items, class Name>
std::vector<std::string> namesOf(const Items& items, const Name& name) {
  std::vector<std::string> names;
  std::transform(items.begin(), items.end(), std::back_inserter(names), name);
  return names;
}

std::vector<std::string> operationNames(const Unit& unit) {
  return namesOf(unit.operations, [](const Operation& one) { return one.op; });
}

/// The part of one of the PE's units; a problem when the PE does not have it.
const Part* partOf(MapReader& reader, const std::string& unitName, const Units& units,
                   const Reading& reading) {
  const auto found = std::find_if(units.begin(), units.end(),
                                  [&](const auto& one) { return one.first == unitName; });
  if (found != units.end()) {
    return found->second;
  }
  const bool unreadable = std::any_of(units.begin(), units.end(),
                                      [](const auto& one) { return one.second == nullptr; });
  if (reading.tables != nullptr && unreadable) {
    return nullptr; // a misspelt unit, reported where it stands
  }
  reader.problem("unit", fmt::format("this PE has no unit '{}'", unitName),
                 core::suggestion(unitName, namesOf(units, [](auto& one) { return one.first; })));
  return nullptr;
}

/// The action that an operation's `unit` and `action` mean; a problem when the part has no such.
std::string actionOf(MapReader& reader, const Part* part, const std::string& unitName) {
  auto name = reader.textOr("action", unitName).value_or(unitName);
  if (part != nullptr && !part->actions.contains(name)) {
    reader.problem(
        reader.has("action") ? "action" : "unit",
        fmt::format("part '{}' has no action '{}'", unitName, name),
        core::suggestion(name, namesOf(part->actions, [](auto& one) { return one.first; })));
  }
  return name;
}

/// `cycles:`, when the file states them.
void readCycles(MapReader& reader, Operation& operation, Reading& reading) {
  const auto* cycles = reader.optional("cycles");
  if (cycles == nullptr) {
    return;
  }
  operation.cycles = reading.scope.number(*cycles).value_or(core::Rational(1));
  if (operation.cycles <= core::Rational(0)) {
    reader.problem("cycles", fmt::format("'{}' must be above zero", cycles->scalar));
  }
}

/// exp: {unit: macc, times: 6}: the action of one unit, so many times.
void readPlain(const std::string& op, const Node& node, const Units& units, Unit& unit,
               Reading& reading) {
  MapReader reader(node, reading.problems);
  const auto unitName = reader.text("unit").value_or("");
  const auto* part = unitName.empty() ? nullptr : partOf(reader, unitName, units, reading);
  const auto name = actionOf(reader, part, unitName);
  std::int64_t times = 1;
  if (const auto* count = reader.optional("times")) {
    times = reading.scope.count(*count, 1, kMostTimes).value_or(1);
  }
  Operation operation{op, core::Rational(times), {{name, static_cast<int>(times)}}};
  readCycles(reader, operation, reading);
  reader.finish();
  unit.operations.push_back(std::move(operation));
  const bool known = std::any_of(unit.actions.begin(), unit.actions.end(),
                                 [&](const Action& one) { return one.name == name; });
  if (!known) { // no tables: the action exists, its energy is not known
    unit.actions.push_back({name, std::nullopt, false, noTables()});
  }
}

/// sigmoid: {as: [exp, add, div]}: other operations of the PE, one after the other.
void readComposed(const std::string& op, const Node& node, Unit& unit, Reading& reading) {
  MapReader reader(node, reading.problems);
  Operation operation{op, core::Rational(0), {}};
  std::map<std::string, std::int64_t> actions;
  for (const auto& step : reader.textListIf("as")) {
    const auto* known = unit.operation(step);
    if (known == nullptr) {
      reader.problem("as", fmt::format("this PE has no operation '{}' (before this one)", step),
                     core::suggestion(step, operationNames(unit)));
      continue;
    }
    operation.cycles = exactly(node, reading.problems, [&] {
                         return operation.cycles + known->cycles;
                       }).value_or(core::Rational(1));
    for (const auto& [action, times] : known->actions) {
      actions[action] += times;
    }
  }
  for (const auto& [action, times] : actions) {
    if (times > kMostTimes) {
      reader.problem("as", fmt::format("takes the action '{}' {} times", action, times),
                     fmt::format("at most {}", core::binaryCount(kMostTimes)));
    }
    operation.actions.emplace_back(action, static_cast<int>(std::min(times, kMostTimes)));
  }
  readCycles(reader, operation, reading);
  reader.finish();
  unit.operations.push_back(std::move(operation));
}

void readChains(MapReader& pe, Unit& unit, Reading& reading) {
  const auto* chains = pe.sequenceIf("chained");
  if (chains == nullptr) {
    return;
  }
  for (const auto& item : chains->items) {
    auto chain = config::textList(item, reading.problems);
    for (const auto& op : chain) {
      if (unit.operation(op) == nullptr) {
        config::report(item, fmt::format("this PE has no operation '{}'", op),
                       core::suggestion(op, operationNames(unit)), reading.problems);
      }
    }
    if (chain.size() < 2) {
      config::report(item, "a chain has at least two operations", "such as [sub, exp]",
                     reading.problems);
    }
    unit.chained.push_back(std::move(chain));
  }
}

} // namespace

Units readUnits(MapReader& pe, Unit& unit, Reading& reading) {
  Units units;
  const auto* list = pe.sequence("units");
  if (list == nullptr) {
    return units;
  }
  for (const auto& item : list->items) {
    const auto name = config::text(item, reading.problems);
    if (!name) {
      continue;
    }
    const auto* part = findPart(*name, item, reading);
    units.emplace_back(*name, part);
    if (part == nullptr) {
      continue;
    }
    for (const auto& [actionName, picojoules] : part->actions) {
      const auto reason = fmt::format("the energy of '{}' is unknown", actionName);
      unit.actions.push_back(
          action(unit.name, actionName, {picojoules, false, picojoules ? "" : reason}, reading));
    }
  }
  return units;
}

void readOperations(MapReader& pe, const Units& units, Unit& unit, Reading& reading) {
  const auto* operations = pe.map("operations");
  if (operations != nullptr) {
    for (const auto* entry : entriesOf(*operations, reading.problems)) {
      const auto& [op, node] = *entry;
      if (node.find("as") != nullptr) {
        readComposed(op.scalar, node, unit, reading);
      } else {
        readPlain(op.scalar, node, units, unit, reading);
      }
    }
  }
  readChains(pe, unit, reading);
}

} // namespace einsight::arch

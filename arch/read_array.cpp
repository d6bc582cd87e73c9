#include "arch/reading.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace einsight::arch {

namespace {

using config::MapReader;
using config::Node;

constexpr std::int64_t kMostPerAxis = 1048576;
constexpr std::int64_t kMostElements = std::int64_t{1} << 32;
constexpr std::int64_t kMostWords = 1073741824;
constexpr std::int64_t kMostWordBytes = 1024;

void readAxes(MapReader& array, Unit& unit, Reading& reading) {
  const auto* axes = array.map("axes");
  if (axes == nullptr) {
    return;
  }
  std::int64_t elements = 1;
  bool tooMany = false;
  for (const auto* entry : entriesOf(*axes, reading.problems)) {
    const auto& [name, node] = *entry;
    MapReader reader(node, reading.problems);
    Axis axis;
    axis.name = name.scalar;
    if (const auto* size = scalar(reader, "size")) {
      axis.size = reading.scope.count(*size, 1, kMostPerAxis).value_or(1);
    }
    axis.reduces = reader.booleanOr("reduces", false).value_or(false);
    reader.finish();
    tooMany = tooMany || elements > kMostElements / axis.size;
    elements = tooMany ? 1 : elements * axis.size;
    unit.axes.push_back(std::move(axis));
  }
  if (unit.axes.empty()) {
    array.problem("axes", "an array has at least one axis", "such as lanes: {size: 256}");
  }
  if (tooMany) {
    array.problem("axes", "too many processing elements",
                  fmt::format("at most {}", core::binaryCount(kMostElements)));
    unit.axes.clear(); // nothing below may multiply the sizes
  }
}

Cost unitsArea(const Units& units) {
  Cost area{0.0, false, {}};
  for (const auto& [name, part] : units) {
    if (part == nullptr) {
      return {std::nullopt, false, noTables()};
    }
    area = area + Cost{part->area, false, fmt::format("the area of '{}' is unknown", name)};
  }
  return area;
}

/// A cost of one PE, for all PEs of the array.
Cost forAll(Cost one, const Unit& unit) {
  if (one.value) {
    *one.value *= static_cast<double>(unit.processingElements());
  }
  return one;
}

/// The register file of one PE; `table_words` is the depth its energy and area are charged for.
/// Returns the area of the array's register files, um2.
Cost readRegisters(const Node& node, const Unit& unit, Reading& reading) {
  MapReader reader(node, reading.problems);
  Memory file;
  file.kind = Memory::Kind::Registers;
  file.unit = unit.name;
  if (const auto* name = scalar(reader, "name")) {
    file.name = name->scalar;
    claimName(file.name, *name, reading);
  }
  std::int64_t words = 1;
  if (const auto* depth = scalar(reader, "words")) {
    words = reading.scope.count(*depth, 1, kMostWords).value_or(1);
  }
  if (const auto* word = scalar(reader, "word")) {
    file.accessBytes = reading.scope.bytes(*word).value_or(1);
    if (file.accessBytes > kMostWordBytes) {
      config::report(*word, fmt::format("a word of {} B is too wide", file.accessBytes),
                     fmt::format("at most {} B", kMostWordBytes), reading.problems);
      file.accessBytes = 1;
    }
  }
  auto tableWords = words;
  if (const auto* depth = reader.optional("table_words")) {
    tableWords = reading.scope.count(*depth, 1, kMostWords).value_or(1);
  }
  file.capacity = words * file.accessBytes;
  const auto* table = reader.optional("table");
  const auto cost = memoryCost(table, tableWords * file.accessBytes, file.accessBytes, reading);
  file.actions = {action(file.name, "read", cost.read, reading),
                  action(file.name, "write", cost.write, reading)};
  file.area = cost.area.value;
  reader.text("source");
  reader.finish();
  reading.data.memories.push_back(std::move(file));
  return forAll(cost.area, unit);
}

/// What one array occupies, um2.
struct ArrayArea {
  Cost units;                     ///< functional units of all PEs
  Cost registers{0.0, false, {}}; ///< register files of all PEs
  Cost links{0.0, false, {}};     ///< the network between them
};

void readElement(const Node& node, Unit& unit, ArrayArea& area, Reading& reading) {
  MapReader reader(node, reading.problems);
  const auto units = readUnits(reader, unit, reading);
  area.units = forAll(unitsArea(units), unit);
  readOperations(reader, units, unit, reading);
  if (const auto* registers = reader.mapIf("registers")) {
    area.registers = readRegisters(*registers, unit, reading);
  }
  reader.finish();
}

} // namespace

void readArray(const std::string& name, const Node& node, Reading& reading) {
  MapReader reader(node, reading.problems);
  Unit unit;
  unit.name = name;
  readAxes(reader, unit, reading);
  ArrayArea area;
  if (const auto* map = reader.map("links")) {
    MapReader inner(*map, reading.problems);
    if (const auto* hop = scalar(inner, "hop_latency")) {
      unit.hopLatency = reading.scope.count(*hop, 0, 1).value_or(0);
    }
    area.links = linkArea(inner, reading);
    inner.finish();
  }
  if (const auto* pe = reader.map("pe")) {
    readElement(*pe, unit, area, reading);
  }
  reader.text("source");
  reader.finish();
  unit.area = (area.units + area.links).value;
  addArea(name, area.units + area.links + area.registers, reading);
  reading.data.units.push_back(std::move(unit));
}

} // namespace einsight::arch

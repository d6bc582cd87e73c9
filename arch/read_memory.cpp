#include "arch/reading.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::arch {

namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

constexpr std::int64_t kMostNodes = 1048576;
constexpr std::int64_t kMostPorts = 1024;

/// The energy of one action of a DRAM's part, per access of the machine's size.
Cost dramEnergy(const Part* part, const std::string& table, const std::string& name,
                std::int64_t access) {
  if (part == nullptr) {
    return {std::nullopt, false, noTables()};
  }
  if (part->accessBytes && *part->accessBytes != access) {
    return {std::nullopt, false,
            fmt::format("part '{}' is known for accesses of {} B, not {} B", table,
                        *part->accessBytes, access)};
  }
  const auto energy = part->actions.find(name);
  if (energy == part->actions.end() || !energy->second) {
    return {std::nullopt, false, fmt::format("part '{}' has no energy of a {}", table, name)};
  }
  return {energy->second, false, {}};
}

/// `ports: unlimited`, or how many rows can move in a cycle.
std::optional<std::int64_t> readPorts(const Node& node, Reading& reading) {
  return node.scalar == "unlimited" ? std::nullopt : reading.scope.count(node, 1, kMostPorts);
}

} // namespace

MemoryCost memoryCost(const Node* table, std::int64_t capacity, std::int64_t access,
                      Reading& reading) {
  if (table == nullptr || reading.tables == nullptr) {
    const Cost none{std::nullopt, false, noTables()};
    return {none, none, none};
  }
  const auto names = reading.tables->memoryNames();
  if (std::find(names.begin(), names.end(), table->scalar) == names.end()) {
    config::report(
        *table, fmt::format("table '{}' has no memory '{}'", reading.tables->name, table->scalar),
        core::suggestion(table->scalar, names), reading.problems);
  }
  return reading.tables->memory(table->scalar, capacity, access);
}

std::string noTables() {
  return "the machine file names no energy and area table for it";
}

void claimName(const std::string& name, const Node& node, Reading& reading) {
  const auto has = [&](const auto& components) {
    return std::any_of(components.begin(), components.end(),
                       [&](const auto& one) { return one.name == name; });
  };
  if (!name.empty() && (has(reading.data.memories) || has(reading.data.units))) {
    config::report(node, fmt::format("there is a component '{}' already", name), "rename one",
                   reading.problems);
  }
}

const Node* scalar(MapReader& reader, std::string_view key) {
  return reader.text(key) ? reader.node().find(key) : nullptr;
}

const Part* findPart(const std::string& name, const Node& node, Reading& reading) {
  if (reading.tables == nullptr) {
    return nullptr;
  }
  const auto part = reading.tables->parts.find(name);
  if (part != reading.tables->parts.end()) {
    return &part->second;
  }
  std::vector<std::string> known;
  for (const auto& [partName, costs] : reading.tables->parts) {
    known.push_back(partName);
  }
  config::report(node, fmt::format("table '{}' has no part '{}'", reading.tables->name, name),
                 core::suggestion(name, known), reading.problems);
  return nullptr;
}

Cost linkArea(MapReader& links, Reading& reading) {
  const auto* nodes = links.optional("nodes");
  const auto* table = links.optional("table");
  if (nodes == nullptr) {
    return {0.0, false, {}};
  }
  const auto count = reading.scope.count(*nodes, 1, kMostNodes);
  const auto* part = table == nullptr ? nullptr : findPart(table->scalar, *table, reading);
  if (part == nullptr || !part->area || !count) {
    return {std::nullopt, false, "links: " + noTables()};
  }
  return {static_cast<double>(*count) * *part->area, false, {}};
}

void addArea(const std::string& component, const Cost& area, Reading& reading) {
  auto& data = reading.data;
  if (area.value) {
    data.areaParts[component] = *area.value;
    data.area = data.area ? std::optional(*data.area + *area.value) : std::nullopt;
  } else {
    data.area.reset();
    data.areaReason += (data.areaReason.empty() ? "" : "; ") + component + ": " + area.reason;
  }
  if (area.interpolated) {
    data.notes.push_back(component + ": area interpolated between rows of the table");
  }
}

Action action(const std::string& component, const std::string& name, const Cost& energy,
              Reading& reading) {
  if (energy.interpolated) {
    reading.data.notes.push_back(
        fmt::format("{}: {} energy interpolated between rows of the table", component, name));
  }
  return {name, energy.value, energy.interpolated, energy.reason};
}

void readDram(const Node& node, Reading& reading) {
  MapReader reader(node, reading.problems);
  Memory dram;
  dram.name = "dram";
  dram.kind = Memory::Kind::Dram;
  if (const auto* rate = scalar(reader, "bandwidth")) {
    const auto perSecond = reading.scope.quantity(*rate, Dimension::BytesPerSecond);
    if (perSecond) {
      dram.bandwidth =
          exactly(*rate, reading.problems, [&] { return *perSecond / reading.data.clockHertz; });
    }
  }
  if (const auto* capacity = reader.optional("capacity")) {
    dram.capacity = reading.scope.bytes(*capacity);
  }
  if (const auto* access = scalar(reader, "access")) {
    dram.accessBytes = reading.scope.bytes(*access).value_or(1);
  }
  if (const auto* turn = reader.optional("interleave")) {
    dram.interleaveBytes = reading.scope.bytes(*turn).value_or(dram.interleaveBytes);
  }
  const auto* table = reader.optional("table");
  const auto* part = table == nullptr ? nullptr : findPart(table->scalar, *table, reading);
  for (const auto* name : {"read", "write"}) {
    const auto energy =
        dramEnergy(part, table == nullptr ? "" : table->scalar, name, dram.accessBytes);
    dram.actions.push_back(action(dram.name, name, energy, reading));
  }
  reader.text("source");
  reader.finish();
  reading.data.memories.push_back(std::move(dram));
}

void readBuffer(const std::string& name, const Node& node, Reading& reading) {
  MapReader reader(node, reading.problems);
  Memory buffer;
  buffer.name = name;
  const auto* size = scalar(reader, "capacity");
  const auto* width = scalar(reader, "width");
  const auto capacity = size == nullptr ? 0 : reading.scope.bytes(*size).value_or(0);
  const auto access = width == nullptr ? 0 : reading.scope.bytes(*width).value_or(0);
  if (const auto* ports = scalar(reader, "ports")) {
    buffer.ports = readPorts(*ports, reading);
  }
  const auto* table = reader.optional("table");
  Cost links{0.0, false, {}};
  if (const auto* map = reader.mapIf("links")) {
    MapReader inner(*map, reading.problems);
    links = linkArea(inner, reading);
    inner.finish();
  }
  reader.text("source");
  reader.finish();
  if (capacity == 0 || access == 0) { // not known; the problem is recorded
    return;
  }
  if (capacity < access) {
    config::report(*size, fmt::format("{} B is less than one access of {} B", capacity, access),
                   "make the buffer larger or narrower", reading.problems);
  }
  buffer.capacity = capacity;
  buffer.accessBytes = access;
  if (buffer.ports) {
    buffer.bandwidth = core::Rational(*buffer.ports * access);
  }
  const auto cost = memoryCost(table, capacity, access, reading);
  buffer.actions = {action(name, "read", cost.read, reading),
                    action(name, "write", cost.write, reading)};
  buffer.area = cost.area.value;
  addArea(name, cost.area + links, reading);
  reading.data.memories.push_back(std::move(buffer));
}

} // namespace einsight::arch

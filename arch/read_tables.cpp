#include "arch/scope.hpp"
#include "arch/tables.hpp"
#include "config/reader.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace einsight::arch {

namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

constexpr double kMostBytes = 0x1p50;
constexpr std::array<std::string_view, 5> kColumns{"capacity", "width_bits", "read_pJ", "write_pJ",
                                                   "area_um2"};

/// A quantity as a double; `unknown` in the file means that nobody stated it.
std::optional<double> quantityOrUnknown(const Node& node, Dimension dimension,
                                        core::Problems& problems) {
  if (node.scalar == "unknown") {
    return std::nullopt;
  }
  const auto value = config::quantity(node, dimension, problems);
  return value ? std::optional(value->toDouble()) : std::nullopt;
}

Part readPart(const Node& node, core::Problems& problems) {
  Part part;
  MapReader reader(node, problems);
  if (const auto* area = reader.optional("area")) {
    part.area = quantityOrUnknown(*area, Dimension::SquareMicrometres, problems);
  }
  if (const auto* actions = reader.mapIf("actions")) {
    for (const auto* entry : entriesOf(*actions, problems)) {
      const auto& [name, energy] = *entry;
      part.actions[name.scalar] = quantityOrUnknown(energy, Dimension::Picojoules, problems);
    }
  }
  if (const auto access = reader.quantityIf("access", Dimension::Bytes)) {
    part.accessBytes = access->floor();
  }
  reader.text("source");
  reader.finish();
  return part;
}

/// An expression that may use `words` and `address_bits`.
std::optional<core::Expression> depthExpression(MapReader& reader, std::string_view key) {
  auto expression = reader.expression(key);
  if (expression) {
    for (const auto& name : expression->names()) {
      if (name != "words" && name != "address_bits") {
        reader.problem(key, fmt::format("unknown name '{}'", name),
                       core::suggestion(name, {"words", "address_bits"}));
        return std::nullopt;
      }
    }
  }
  return expression;
}

std::optional<Formula> readFormula(const Node& node, core::Problems& problems) {
  MapReader reader(node, problems);
  const auto word = reader.quantity("word", Dimension::Bytes);
  const auto read = depthExpression(reader, "read_pJ");
  const auto write = depthExpression(reader, "write_pJ");
  const auto area = depthExpression(reader, "area_um2");
  reader.text("source");
  reader.finish();
  if (!word || !read || !write || !area) {
    return std::nullopt;
  }
  return Formula{word->floor(), *read, *write, *area};
}

/// Where each of kColumns stands in the rows; empty when the header is not those names.
std::vector<std::size_t> columnOrder(const Node* header, core::Problems& problems) {
  std::vector<std::size_t> order;
  if (header == nullptr) {
    return order;
  }
  const auto names = config::textList(*header, problems);
  for (const auto name : kColumns) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) {
      order.push_back(static_cast<std::size_t>(found - names.begin()));
    }
  }
  if (names.size() != kColumns.size() || order.size() != kColumns.size()) {
    config::report(*header, "these are not the columns of a compiled memory",
                   fmt::format("name each once: {}", fmt::join(kColumns, ", ")), problems);
    order.clear();
  }
  return order;
}

/// A cell above zero: the capacity carries a unit, the others are plain numbers.
std::optional<double> cell(const Node& node, bool bytes, core::Problems& problems) {
  std::optional<double> value;
  if (bytes) {
    const auto capacity = config::quantity(node, Dimension::Bytes, problems);
    value = capacity ? std::optional(capacity->toDouble()) : std::nullopt;
  } else {
    value = config::real(node, problems);
  }
  if (value && *value <= 0) {
    config::report(node, fmt::format("'{}' must be above zero", node.scalar), {}, problems);
    return std::nullopt;
  }
  return value;
}

std::optional<Compiled::Row> readRow(const Node& node, const std::vector<std::size_t>& order,
                                     core::Problems& problems) {
  if (node.kind != Node::Kind::Sequence || node.items.size() != kColumns.size()) {
    config::report(node, fmt::format("a row must have {} cells", kColumns.size()),
                   "in the order of columns", problems);
    return std::nullopt;
  }
  std::array<std::optional<double>, kColumns.size()> cells;
  for (std::size_t column = 0; column < kColumns.size(); ++column) {
    cells[column] = cell(node.items[order[column]], column == 0, problems);
  }
  if (!std::all_of(cells.begin(), cells.end(), [](const auto& one) { return one.has_value(); })) {
    return std::nullopt;
  }
  for (std::size_t column = 0; column < 2; ++column) {
    if (*cells[column] != std::floor(*cells[column]) || *cells[column] > kMostBytes) {
      config::report(node.items[order[column]],
                     fmt::format("{} must be whole and at most 2^50", kColumns[column]), {},
                     problems);
      return std::nullopt;
    }
  }
  return Compiled::Row{static_cast<std::int64_t>(*cells[0]), static_cast<std::int64_t>(*cells[1]),
                       *cells[2], *cells[3], *cells[4]};
}

void readRows(const Node& rows, const std::vector<std::size_t>& order, Compiled& compiled,
              core::Problems& problems) {
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  for (const auto& item : rows.items) {
    const auto row = readRow(item, order, problems);
    if (row && !seen.emplace(row->capacity, row->widthBits).second) {
      config::report(item,
                     fmt::format("a second row of {} B and {} bits", row->capacity, row->widthBits),
                     "keep one", problems);
    } else if (row) {
      compiled.rows.push_back(*row);
    }
  }
}

Compiled readCompiled(const Node& node, core::Problems& problems) {
  Compiled compiled;
  MapReader reader(node, problems);
  if (const auto* address = reader.mapIf("address")) {
    MapReader inner(*address, problems);
    compiled.addressEnergy = depthExpression(inner, "energy_pJ");
    compiled.addressArea = depthExpression(inner, "area_um2");
    inner.text("source");
    inner.finish();
  }
  const auto order = columnOrder(reader.sequence("columns"), problems);
  const auto* rows = reader.sequence("rows");
  if (rows != nullptr && !order.empty()) {
    readRows(*rows, order, compiled, problems);
  }
  reader.text("source");
  reader.finish();
  return compiled;
}

/// Calls `read(name, node)` for each entry of an optional map.
void forEach(MapReader& reader, std::string_view key, core::Problems& problems, const auto& read) {
  if (const auto* map = reader.mapIf(key)) {
    for (const auto* entry : entriesOf(*map, problems)) {
      read(entry->first.scalar, entry->second);
    }
  }
}

/// An action is found by its name alone, so two parts must not both have it; "read" and "write"
/// belong to memories, which are looked up by part.
void checkActions(MapReader& reader, const Tables& tables) {
  std::map<std::string, std::string> owner;
  for (const auto& [name, part] : tables.parts) {
    for (const auto& [action, energy] : part.actions) {
      const auto [first, isNew] = owner.emplace(action, name);
      if (!isNew && !part.accessBytes) {
        reader.problem("parts",
                       fmt::format("parts '{}' and '{}' both have an action '{}'", first->second,
                                   name, action),
                       "rename one");
      }
    }
  }
}

} // namespace

core::Expected<Tables> readTables(const std::filesystem::path& file,
                                  const std::vector<std::filesystem::path>& catalogue) {
  const auto node = config::load(file, catalogue);
  if (!node) {
    return core::failure(node.error());
  }
  core::Problems problems;
  Tables tables;
  collectFiles(*node, tables.files);
  MapReader reader(*node, problems);
  tables.name = reader.text("table").value_or("");
  tables.summary = reader.text("summary").value_or("");
  tables.technology = reader.text("technology").value_or("");
  forEach(reader, "parts", problems, [&](const std::string& name, const Node& part) {
    tables.parts.emplace(name, readPart(part, problems));
  });
  forEach(reader, "formulas", problems, [&](const std::string& name, const Node& entry) {
    if (auto formula = readFormula(entry, problems)) {
      tables.formulas.emplace(name, std::move(*formula));
    }
  });
  forEach(reader, "compiled", problems, [&](const std::string& name, const Node& entry) {
    if (tables.formulas.contains(name)) {
      config::report(entry, fmt::format("'{}' is a formula already", name), "rename one", problems);
    }
    tables.compiled.emplace(name, readCompiled(entry, problems));
  });
  checkActions(reader, tables);
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return tables;
}

} // namespace einsight::arch

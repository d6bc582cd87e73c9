#include "arch/catalogue.hpp"
#include "arch/kind.hpp"
#include "arch/reading.hpp"
#include "config/catalogue.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <set>

namespace einsight::arch {

namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

/// `tables: cmos-45nm` is a table of the catalogue; `tables: mine.yaml` is a path from the file
/// that says so.
std::filesystem::path tablesFile(const Node& node) {
  const std::filesystem::path named(node.scalar);
  if (named.extension() == ".yaml") {
    return std::filesystem::path(node.where.file).parent_path() / named;
  }
  return tablesFolder() / (node.scalar + ".yaml");
}

/// The tables a machine names; empty when it names none, or when they cannot be read.
std::optional<Tables> findTables(MapReader& machine, const std::string& technology,
                                 core::Problems& problems) {
  const auto* node = machine.optional("tables");
  if (node == nullptr) {
    return std::nullopt;
  }
  const auto file = tablesFile(*node);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    config::report(*node, fmt::format("there is no table '{}'", node->scalar),
                   core::suggestion(node->scalar, config::names(tablesFolder())) +
                       "; or the path of a .yaml file",
                   problems);
    return std::nullopt;
  }
  auto tables = readTables(file, {tablesFolder()});
  if (!tables) {
    problems.insert(problems.end(), tables.error().begin(), tables.error().end());
    return std::nullopt;
  }
  if (tables->technology != technology) {
    machine.problem("technology",
                    fmt::format("table '{}' is for {}, this machine is {}", tables->name,
                                tables->technology, technology),
                    "name tables of this technology, or none: energy and area are then unknown");
  }
  return std::move(*tables);
}

/// Calls `read(name, node)` for each component of a section.
template <class Read>
void forEach(const Node* section, Reading& reading, const Read& read) {
  if (section == nullptr) {
    return;
  }
  for (const auto* entry : entriesOf(*section, reading.problems)) {
    claimName(entry->first.scalar, entry->second, reading);
    read(entry->first.scalar, entry->second, reading);
  }
}

void readConventions(const Node* node, Reading& reading) {
  if (node == nullptr) {
    return;
  }
  MapReader reader(*node, reading.problems);
  for (const auto* entry : entriesOf(*node, reading.problems)) {
    const auto& name = entry->first.scalar;
    reading.data.conventions[name] = reader.booleanOr(name, false).value_or(false);
  }
}

void readComponents(MapReader& reader, Reading& reading) {
  if (const auto* clock = scalar(reader, "clock")) {
    reading.data.clockHertz =
        reading.scope.quantity(*clock, Dimension::Hertz).value_or(core::Rational(1));
  }
  if (const auto* dram = reader.map("dram")) {
    readDram(*dram, reading);
  }
  forEach(reader.mapIf("buffers"), reading, readBuffer);
  forEach(reader.map("arrays"), reading, readArray);
  readConventions(reader.mapIf("conventions"), reading);
}

Machine::Data readData(const Node& node, const core::Settings& settings, core::Problems& problems) {
  Machine::Data data;
  data.area = 0.0;
  MapReader reader(node, problems);
  data.name = reader.text("machine").value_or("");
  data.kind = reader.oneOf("kind", machineKinds()).value_or("");
  data.summary = reader.text("summary").value_or("");
  data.source = reader.text("source").value_or("");
  data.technology = reader.textOr("technology", "unknown").value_or("");
  const auto tables = findTables(reader, data.technology, problems);
  Scope scope(problems);
  scope.readParameters(reader.mapIf("parameters"), node.where, settings);
  Reading reading{problems, scope, tables ? &*tables : nullptr, data};
  readComponents(reader, reading);
  reader.finish();
  data.parameters = scope.values();
  std::set<std::string> files{tables ? tables->files : std::set<std::string>{}};
  collectFiles(node, files);
  data.files.assign(files.begin(), files.end());
  return data;
}

} // namespace

core::Expected<Machine> readMachine(const std::filesystem::path& file,
                                    const core::Settings& settings,
                                    const std::vector<std::filesystem::path>& catalogue) {
  auto folders = catalogue;
  folders.push_back(machinesFolder());
  const auto node = config::load(file, folders);
  if (!node) {
    return core::failure(node.error());
  }
  core::Problems problems;
  if (!isOfKind(*node, "spatial", problems)) {
    return core::failure(std::move(problems));
  }
  auto data = readData(*node, settings, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  data.file = file.string();
  return check(std::move(data));
}

} // namespace einsight::arch

#include "arch/catalogue.hpp"
#include "arch/cluster/reading.hpp"
#include "arch/kind.hpp"
#include "config/catalogue.hpp"

namespace einsight::arch {
namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

void readHost(const Node& node, ClusterReading& reading) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "host");
  reading.data().host.stepSeconds = reading.quantity(reader, "step", Dimension::Seconds);
  reader.finish();
}

void readPrice(const Node& node, ClusterReading& reading) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "price");
  reading.data().dollarsPerHour = reading.quantity(reader, "per_hour", Dimension::Dollars);
  reader.finish();
}

void readSections(MapReader& reader, ClusterReading& reading) {
  const auto* devices = reader.map("devices");
  const auto* links = reader.mapIf("links");
  if (devices != nullptr) {
    const auto before = reading.problems().size();
    readDevices(*devices, reading);
    reading.devicesKnown = reading.problems().size() == before;
  }
  if (links != nullptr) {
    readLinks(*links, reading);
  }
  if (const auto* node = reader.mapIf("host")) {
    readHost(*node, reading);
  }
  if (const auto* node = reader.mapIf("price")) {
    readPrice(*node, reading);
  }
  if (const auto* node = reader.mapIf("calibration")) {
    reading.data().calibrations = reading.calibrations(*node);
  }
}

Cluster::Data readData(const Node& node, const core::Settings& settings,
                       const std::vector<std::filesystem::path>& folders,
                       core::Problems& problems) {
  Cluster::Data data;
  MapReader reader(node, problems);
  data.name = reader.text("machine").value_or("");
  reader.oneOf("kind", machineKinds());
  data.summary = reader.text("summary").value_or("");
  data.source = reader.text("source").value_or("");
  Scope scope(problems);
  scope.readParameters(reader.mapIf("parameters"), node.where, parametersOf(settings));
  ClusterReading reading(problems, scope, settings, data, folders);
  readSections(reader, reading);
  reading.finish(node.where);
  reader.finish();
  for (const auto& [name, value] : scope.values()) {
    data.parameters[name] = value.toDouble();
  }
  std::set<std::string> files;
  collectFiles(node, files);
  for (const auto& group : data.groups) {
    files.insert(group.files().begin(), group.files().end());
  }
  data.files.assign(files.begin(), files.end());
  return data;
}

} // namespace

core::Settings parametersOf(const core::Settings& settings) {
  core::Settings parameters;
  for (const auto& [name, value] : settings) {
    if (name.find('.') == std::string::npos) {
      parameters.emplace(name, value);
    }
  }
  return parameters;
}

core::Expected<Cluster> readCluster(const std::filesystem::path& file,
                                    const core::Settings& settings,
                                    const std::vector<std::filesystem::path>& catalogue) {
  auto folders = catalogue;
  folders.push_back(machinesFolder());
  const auto node = config::load(file, folders);
  if (!node) {
    return core::failure(node.error());
  }
  core::Problems problems;
  if (!isOfKind(*node, "cluster", problems)) {
    return core::failure(std::move(problems));
  }
  auto data = readData(*node, settings, folders, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  data.file = file.string();
  return check(std::move(data));
}

core::Expected<Cluster> loadCluster(const std::string& nameOrPath, const core::Settings& settings) {
  const auto file = config::find(nameOrPath, {machinesFolder()}, "machine");
  if (!file) {
    return core::failure(file.error());
  }
  return readCluster(*file, settings);
}

} // namespace einsight::arch

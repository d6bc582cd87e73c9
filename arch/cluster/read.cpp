#include "arch/cluster/reading.hpp"
#include "arch/machine_frame.hpp"

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

/// The files of a cluster are its own and those of its devices, each once.
void addFiles(Cluster::Data& data) {
  std::set<std::string> files(data.files.begin(), data.files.end());
  for (const auto& group : data.groups) {
    files.insert(group.files().begin(), group.files().end());
  }
  data.files.assign(files.begin(), files.end());
}

} // namespace

core::Expected<Cluster> readCluster(const std::filesystem::path& file,
                                    const core::Settings& settings,
                                    const std::vector<std::filesystem::path>& catalogue) {
  return readFramed<Cluster>(
      file, "cluster", settings, catalogue, [&](const MachineFrame<Cluster::Data>& frame) {
        ClusterReading reading(frame.problems, frame.scope, settings, frame.data, frame.folders);
        readSections(frame.reader, reading);
        reading.finish(frame.reader.node().where);
        addFiles(frame.data);
      });
}

core::Expected<Cluster> loadCluster(const std::string& nameOrPath, const core::Settings& settings) {
  return loadNamed(nameOrPath, [&](const auto& file) { return readCluster(file, settings); });
}

} // namespace einsight::arch

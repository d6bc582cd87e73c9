#pragma once
#include "arch/cluster/cluster.hpp"
#include "arch/number_reading.hpp"

namespace einsight::arch {

/// What the functions that read one section of a cluster's file share: its numbers, the cluster so
/// far, and the folders in which machines of its devices are looked up.
class ClusterReading : public NumberReading {
public:
  ClusterReading(core::Problems& problems, Scope& scope, const core::Settings& settings,
                 Cluster::Data& data, const std::vector<std::filesystem::path>& folders)
      : NumberReading(problems, scope, settings, data.sources), data_(data), folders_(folders) {}
  [[nodiscard]] Cluster::Data& data() const { return data_; }
  [[nodiscard]] const std::vector<std::filesystem::path>& folders() const { return folders_; }
  /// Whether all devices could be read: else who is joined by a link is not looked at.
  bool devicesKnown = true;

private:
  Cluster::Data& data_;
  const std::vector<std::filesystem::path>& folders_;
};

/// `devices:` group -> machine, count, price.
void readDevices(const config::Node& node, ClusterReading& reading);
/// `links:` name -> topology, whom it joins, rate and latency. Comes after the devices.
void readLinks(const config::Node& node, ClusterReading& reading);

} // namespace einsight::arch

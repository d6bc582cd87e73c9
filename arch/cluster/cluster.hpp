#pragma once
#include "arch/cluster/cpu.hpp"

#include <variant>

/// Clusters: devices (GPUs and CPUs of the catalogue) and the links that join them.
/// docs/clusters.md says what of them is modelled.
namespace einsight::arch {

/// Devices of one kind.
struct DeviceGroup {
  std::string name;    ///< "workers": its devices are workers0, workers1, …
  std::string machine; ///< as the file says: a name of the catalogue or the path of a file
  std::int64_t count = 1;
  std::variant<Gpu, Cpu> device;
  std::optional<double> dollarsPerHour; ///< of one of them; the device's own unless the file says

  [[nodiscard]] const Gpu* gpu() const { return std::get_if<Gpu>(&device); }
  [[nodiscard]] const Cpu* cpu() const { return std::get_if<Cpu>(&device); }
  [[nodiscard]] std::int64_t memoryBytes() const; ///< of one device's DRAM
  [[nodiscard]] const std::vector<std::string>& files() const;
};

/// Links of one kind. A message of n bytes that has the way to itself arrives after
/// launch + latency + n / (bandwidth * efficiency); in the steps of a collective after the first
/// one there is no launch, since one kernel does them all.
struct Link {
  enum class Topology {
    Switch, ///< every device has a port; any two may talk
    Ring,   ///< a link of its own between neighbours, the last and the first included
    Mesh    ///< a link of its own between any two
  };
  std::string name; ///< "nvlink"
  Topology topology = Topology::Switch;
  /// Devices that are joined: each list is a switch, ring or mesh of its own, in that order.
  std::vector<std::vector<int>> domains;
  double bytesPerSecond = 0; ///< one direction, of a port (switch) or a pair (ring, mesh)
  double efficiency = 1;     ///< share of it for large messages: a calibration constant
  double latencySeconds = 0; ///< per message, from its sending to its first byte
  double launchSeconds = 0;  ///< of the kernel that sends, before that
  bool fullDuplex = true;    ///< both directions at once; else they share the bandwidth
  [[nodiscard]] bool joins(int from, int to) const;
  /// The number of the domain that joins both devices; -1 for none.
  [[nodiscard]] int domainOf(int from, int to) const;
  [[nodiscard]] double sustainedBytesPerSecond() const { return bytesPerSecond * efficiency; }
  /// Until the first byte of a message by itself is there.
  [[nodiscard]] double firstByteSeconds() const { return launchSeconds + latencySeconds; }
  /// Of a message by itself that waits for nothing.
  [[nodiscard]] double seconds(double bytes) const {
    return firstByteSeconds() + bytes / sustainedBytesPerSecond();
  }
};

/// What the program on the host adds: calibration constants.
struct ClusterHost {
  double stepSeconds = 0; ///< between two steps of a distributed operator, on every device
};

/// A cluster. Its devices are numbered from 0 on, group by group.
class Cluster {
public:
  struct Data {
    std::string name, summary, file, source;
    std::vector<DeviceGroup> groups;
    std::vector<Link> links; ///< the first that joins two devices carries what they send
    ClusterHost host;
    std::optional<double> dollarsPerHour; ///< of the whole; empty: the sum of its devices
    std::vector<Calibration> calibrations;
    std::map<std::string, double> parameters;
    std::map<std::string, std::string> sources; ///< "links.nvlink" -> where its numbers come from
    std::vector<std::string> files;             ///< its own, and those of its devices
  };
  [[nodiscard]] const Data& data() const { return data_; }
  [[nodiscard]] const std::string& name() const { return data_.name; }
  [[nodiscard]] int devices() const;
  /// The group of a device, by the device's number.
  [[nodiscard]] const DeviceGroup& groupOf(int device) const;
  /// "workers3"; a group of one device has its name alone.
  [[nodiscard]] std::string deviceName(int device) const;
  /// The numbers of a group's devices; empty for an unknown name.
  [[nodiscard]] std::vector<int> members(std::string_view group) const;
  /// The link that carries what `from` sends to `to`, or null: they cannot talk.
  [[nodiscard]] const Link* link(int from, int to) const;
  /// What an hour costs; empty where the price of a device is unknown.
  [[nodiscard]] std::optional<double> dollarsPerHour() const;

private:
  friend core::Expected<Cluster> check(Data data);
  explicit Cluster(Data data) : data_(std::move(data)) {}
  Data data_;
};

/// The cluster, if its parts fit together: devices, names that are unique, links of at least two
/// devices that exist, rates above zero. Problems are of the file, at the path of the number.
core::Expected<Cluster> check(Cluster::Data data);

/// Reads a machine file of kind cluster with the machines of its devices and checks it; `settings`
/// replace its parameters, and any number that the file states by its path
/// ("links.nvlink.latency", in s). All problems at once. `catalogue` as in readGpu.
core::Expected<Cluster> readCluster(const std::filesystem::path& file,
                                    const core::Settings& settings = {},
                                    const std::vector<std::filesystem::path>& catalogue = {});

/// A cluster by its name in the catalogue or the path of its file.
core::Expected<Cluster> loadCluster(const std::string& nameOrPath,
                                    const core::Settings& settings = {});

} // namespace einsight::arch

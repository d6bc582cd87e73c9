#include "arch/cluster/reading.hpp"
#include "arch/kind.hpp"
#include "config/catalogue.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::arch {
namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

constexpr std::int64_t kMostDevices = 4096;
constexpr std::array<std::string_view, 3> kTopologies{"switch", "ring", "mesh"};
constexpr std::array<std::string_view, 2> kDuplex{"full", "half"};

/// The GPU or CPU that `machine:` of a group names; empty with every problem recorded.
std::optional<std::variant<Gpu, Cpu>> readDevice(MapReader& group, ClusterReading& reading) {
  const auto name = group.text("machine");
  if (!name) {
    return std::nullopt;
  }
  const auto* node = group.node().find("machine");
  const auto beside = std::filesystem::path(node->where.file).parent_path() / *name;
  std::error_code error;
  const auto file = std::filesystem::is_regular_file(beside, error)
                        ? core::Expected<std::filesystem::path>(beside)
                        : config::find(*name, reading.folders(), "machine");
  if (!file) {
    for (const auto& problem : file.error()) {
      config::report(*node, problem.what, problem.help, reading.problems());
    }
    return std::nullopt;
  }
  const auto document = config::load(*file, reading.folders());
  const auto* kind = document ? document->find("kind") : nullptr;
  if (kind != nullptr && kind->scalar != "gpu" && kind->scalar != "cpu") {
    config::report(*node,
                   fmt::format("'{}' is of kind '{}', which is no device", *name, kind->scalar),
                   "devices are machines of kind gpu or cpu", reading.problems());
    return std::nullopt;
  }
  const auto keep = [&](auto machine) -> std::optional<std::variant<Gpu, Cpu>> {
    if (!machine) {
      const auto& found = machine.error();
      reading.problems().insert(reading.problems().end(), found.begin(), found.end());
      return std::nullopt;
    }
    return std::variant<Gpu, Cpu>(std::move(*machine));
  };
  return kind != nullptr && kind->scalar == "cpu" ? keep(readCpu(*file, {}, reading.folders()))
                                                  : keep(readGpu(*file, {}, reading.folders()));
}

void readGroup(const std::string& name, const Node& node, ClusterReading& reading) {
  MapReader reader(node, reading.problems());
  auto device = readDevice(reader, reading);
  const auto count = reading.count(reader, "count", kMostDevices);
  std::optional<double> dollars;
  if (const auto* price = reader.mapIf("price")) {
    MapReader priced(*price, reading.problems());
    reading.source(priced, "devices." + name);
    dollars = reading.quantity(priced, "per_hour", Dimension::Dollars);
    priced.finish();
  }
  reader.finish();
  if (device) {
    const auto* gpu = std::get_if<Gpu>(&*device);
    const auto own =
        gpu != nullptr ? gpu->data().dollarsPerHour : std::get<Cpu>(*device).data().dollarsPerHour;
    reading.data().groups.push_back({name, reader.node().find("machine")->scalar, count,
                                     std::move(*device), dollars ? dollars : own});
  }
}

/// Devices that the names of `joins` mean, in their order; groups and single devices.
std::vector<int> joined(MapReader& link, const ClusterReading& reading) {
  std::vector<int> devices;
  std::vector<std::string> known;
  std::vector<std::pair<std::string, std::vector<int>>> meanings;
  int first = 0;
  for (const auto& group : reading.data().groups) {
    std::vector<int> all;
    for (int i = 0; i < static_cast<int>(group.count); ++i) {
      all.push_back(first + i);
      meanings.emplace_back(fmt::format("{}{}", group.name, i), std::vector<int>{first + i});
    }
    first += static_cast<int>(group.count);
    known.push_back(group.name);
    meanings.emplace_back(group.name, std::move(all));
  }
  const auto names = link.has("joins") ? link.textListIf("joins") : known;
  for (const auto& name : names) {
    const auto found = std::find_if(meanings.begin(), meanings.end(),
                                    [&](const auto& meaning) { return meaning.first == name; });
    if (found == meanings.end()) {
      link.problem("joins", fmt::format("there is no device '{}'", name),
                   core::suggestion(name, known));
    } else {
      devices.insert(devices.end(), found->second.begin(), found->second.end());
    }
  }
  return devices;
}

/// A link within groups that have one device together: there is nothing to join.
bool isOfOne(const Link& link, MapReader& reader, const ClusterReading& reading) {
  const auto names = reader.textListIf("joins");
  return link.domains.size() == 1 && link.domains.front().size() == 1 &&
         std::all_of(names.begin(), names.end(), [&](const std::string& name) {
           const auto& groups = reading.data().groups;
           return std::any_of(groups.begin(), groups.end(),
                              [&](const DeviceGroup& group) { return group.name == name; });
         });
}

/// The devices, every `each` of them a domain of its own.
std::vector<std::vector<int>> domainsOf(const std::vector<int>& devices, std::int64_t each,
                                        MapReader& link) {
  const auto size = static_cast<std::int64_t>(devices.size());
  if (each == 0) {
    return {devices};
  }
  if (size % each != 0) {
    link.problem("every", fmt::format("{} devices are not a multiple of {}: {} are left over", size,
                                      each, size % each));
  }
  std::vector<std::vector<int>> domains;
  for (std::int64_t i = 0; i + each <= size; i += each) {
    domains.emplace_back(devices.begin() + i, devices.begin() + i + each);
  }
  return domains;
}

void readLink(const std::string& name, const Node& node, ClusterReading& reading) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "links." + name);
  Link link;
  link.name = name;
  const auto topology = reader.oneOf("topology", kTopologies).value_or("switch");
  link.topology = topology == "ring"   ? Link::Topology::Ring
                  : topology == "mesh" ? Link::Topology::Mesh
                                       : Link::Topology::Switch;
  link.bytesPerSecond = reading.quantity(reader, "bandwidth", Dimension::BytesPerSecond);
  link.efficiency = reader.has("efficiency") ? reading.share(reader, "efficiency") : 1;
  link.latencySeconds = reading.quantityIf(reader, "latency", Dimension::Seconds).value_or(0);
  link.launchSeconds = reading.quantityIf(reader, "launch", Dimension::Seconds).value_or(0);
  link.fullDuplex = reader.oneOfOr("duplex", kDuplex, "full").value_or("full") == "full";
  const auto each = reader.has("every") ? reading.count(reader, "every", kMostDevices) : 0;
  if (reading.devicesKnown) {
    link.domains = domainsOf(joined(reader, reading), each, reader);
  } else {
    reader.textListIf("joins");
  }
  const bool ofOne = each == 0 && isOfOne(link, reader, reading);
  reader.finish();
  if (!ofOne) {
    reading.data().links.push_back(std::move(link));
  }
}

template <class Read>
void forEach(const Node& section, ClusterReading& reading, const Read& read) {
  for (const auto* entry : entriesOf(section, reading.problems())) {
    if (config::expectKind(entry->second, Node::Kind::Map, reading.problems())) {
      read(entry->first.scalar, entry->second, reading);
    }
  }
}

} // namespace

void readDevices(const Node& node, ClusterReading& reading) {
  forEach(node, reading, readGroup);
}

void readLinks(const Node& node, ClusterReading& reading) {
  forEach(node, reading, readLink);
}

} // namespace einsight::arch

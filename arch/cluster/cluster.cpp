#include "arch/cluster/cluster.hpp"

#include "core/invariant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::arch {
namespace {

using Topology = Link::Topology;

/// Where a device stands in a domain; -1 for nowhere.
int placeIn(const std::vector<int>& domain, int device) {
  const auto found = std::find(domain.begin(), domain.end(), device);
  return found == domain.end() ? -1 : static_cast<int>(found - domain.begin());
}

bool areNeighbours(int a, int b, std::size_t size) {
  const auto apart = static_cast<std::size_t>(std::abs(a - b));
  return apart == 1 || apart + 1 == size;
}

/// Records what does not fit together in a cluster, each at the file with a path.
class Checker {
public:
  explicit Checker(const Cluster::Data& data) : data_(data) {}

  core::Problems run() {
    checkGroups();
    std::set<std::string> names;
    for (const auto& link : data_.links) {
      checkLink(link, "links." + link.name);
      if (!names.insert(link.name).second) {
        add("links." + link.name, "given twice");
      }
    }
    if (!(data_.host.stepSeconds >= 0)) {
      add("host.step", "must not be below zero");
    }
    price("price.per_hour", data_.dollarsPerHour);
    return std::move(problems_);
  }

private:
  void add(const std::string& path, std::string what, std::string help = {}) {
    problems_.push_back({{data_.file, 1, 1, path}, std::move(what), std::move(help)});
  }

  void price(const std::string& path, std::optional<double> dollars) {
    if (dollars && !(*dollars > 0)) {
      add(path, "must be above zero");
    }
  }

  void checkGroups() {
    std::set<std::string> names;
    for (const auto& group : data_.groups) {
      const auto path = "devices." + group.name;
      if (!names.insert(group.name).second) {
        add(path, "given twice");
      }
      if (group.count < 1) {
        add(path + ".count", "must be above zero");
      }
      devices_ += std::max<std::int64_t>(group.count, 0);
      price(path + ".price.per_hour", group.dollarsPerHour);
    }
    if (data_.groups.empty()) {
      add("devices", "a cluster has at least one device");
    }
  }

  void checkLink(const Link& link, const std::string& path) {
    if (!(link.bytesPerSecond > 0)) {
      add(path + ".bandwidth", "must be above zero");
    }
    if (!(link.efficiency > 0 && link.efficiency <= 1)) {
      add(path + ".efficiency", "must be above 0 and at most 1");
    }
    if (!(link.latencySeconds >= 0)) {
      add(path + ".latency", "must not be below zero");
    }
    if (!(link.launchSeconds >= 0)) {
      add(path + ".launch", "must not be below zero");
    }
    std::set<int> seen;
    for (const auto& domain : link.domains) {
      if (domain.size() < 2) {
        add(path + ".joins",
            fmt::format("a link joins at least two devices, not {}", domain.size()),
            "more devices, or no link");
      }
      for (const int device : domain) {
        if (device < 0 || device >= devices_) {
          add(path + ".joins", fmt::format("there is no device {}", device),
              fmt::format("devices are numbered from 0 to {}", devices_ - 1));
        } else if (!seen.insert(device).second) {
          add(path + ".joins", fmt::format("device {} is joined twice", device));
        }
      }
    }
  }

  const Cluster::Data& data_;
  std::int64_t devices_ = 0;
  core::Problems problems_;
};

} // namespace

std::int64_t DeviceGroup::memoryBytes() const {
  return gpu() != nullptr ? gpu()->data().dram.bytes : cpu()->data().dramBytes;
}

const std::vector<std::string>& DeviceGroup::files() const {
  return gpu() != nullptr ? gpu()->data().files : cpu()->data().files;
}

int Link::domainOf(int from, int to) const {
  for (std::size_t i = 0; i < domains.size() && from != to; ++i) {
    const int a = placeIn(domains[i], from);
    const int b = placeIn(domains[i], to);
    if (a >= 0 && b >= 0 &&
        (topology != Topology::Ring || areNeighbours(a, b, domains[i].size()))) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

bool Link::joins(int from, int to) const {
  return domainOf(from, to) >= 0;
}

int Cluster::devices() const {
  std::int64_t devices = 0;
  for (const auto& group : data_.groups) {
    devices += group.count;
  }
  return static_cast<int>(devices);
}

const DeviceGroup& Cluster::groupOf(int device) const {
  std::int64_t first = 0;
  for (const auto& group : data_.groups) {
    if (device >= first && device < first + group.count) {
      return group;
    }
    first += group.count;
  }
  EINSIGHT_INVARIANT(false, "a device's number must be one of the cluster's");
  return data_.groups.front();
}

std::string Cluster::deviceName(int device) const {
  const auto& group = groupOf(device);
  return group.count == 1 ? group.name
                          : fmt::format("{}{}", group.name, device - members(group.name).front());
}

std::vector<int> Cluster::members(std::string_view name) const {
  std::vector<int> members;
  std::int64_t first = 0;
  for (const auto& group : data_.groups) {
    for (std::int64_t i = 0; i < group.count && group.name == name; ++i) {
      members.push_back(static_cast<int>(first + i));
    }
    first += group.count;
  }
  return members;
}

const Link* Cluster::link(int from, int to) const {
  const auto found = std::find_if(data_.links.begin(), data_.links.end(),
                                  [&](const Link& link) { return link.joins(from, to); });
  return found == data_.links.end() ? nullptr : &*found;
}

std::optional<double> Cluster::dollarsPerHour() const {
  if (data_.dollarsPerHour) {
    return data_.dollarsPerHour;
  }
  double dollars = 0;
  for (const auto& group : data_.groups) {
    if (!group.dollarsPerHour) {
      return std::nullopt;
    }
    dollars += *group.dollarsPerHour * static_cast<double>(group.count);
  }
  return dollars;
}

core::Expected<Cluster> check(Cluster::Data data) {
  if (auto problems = Checker(data).run(); !problems.empty()) {
    return core::failure(std::move(problems));
  }
  return Cluster(std::move(data));
}

} // namespace einsight::arch

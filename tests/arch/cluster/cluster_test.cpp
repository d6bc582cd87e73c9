#include "cluster_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::arch;
using arch::test::clusterOf;
using arch::test::messages;
using arch::test::valid;

namespace {

const std::string kHead = "machine: mine\nkind: cluster\nsummary: s\nsource: s\n";

Cluster withLink(const std::string& link) {
  return valid(clusterOf(kHead + "devices: {gpu: {machine: h100, count: 4}}\nlinks: {wire: {" +
                         link + ", bandwidth: 10 GB/s, source: s}}\n"));
}

} // namespace

TEST_CASE("devices are numbered group by group and named after their group", "[arch]") {
  const auto cluster = valid(clusterOf(kHead + "devices: {workers: {machine: h100, count: 2}, "
                                               "host: {machine: i9-10900x, count: 1}}\n"));
  CHECK(cluster.devices() == 3);
  CHECK(cluster.deviceName(0) == "workers0");
  CHECK(cluster.deviceName(1) == "workers1");
  CHECK(cluster.deviceName(2) == "host");
  CHECK(cluster.members("workers") == std::vector<int>{0, 1});
  CHECK(cluster.members("host") == std::vector<int>{2});
  CHECK(cluster.members("nobody").empty());
  CHECK(cluster.groupOf(1).gpu() != nullptr);
  CHECK(cluster.groupOf(2).cpu() != nullptr);
  CHECK(cluster.groupOf(0).memoryBytes() == std::int64_t{80} << 30);
}

TEST_CASE("a switch joins any two devices, a ring only neighbours", "[arch]") {
  const auto all = withLink("topology: switch");
  CHECK(all.link(0, 2) != nullptr);
  CHECK(all.link(3, 0) != nullptr);
  CHECK(all.link(1, 1) == nullptr);
  const auto ring = withLink("topology: ring");
  CHECK(ring.link(0, 1) != nullptr);
  CHECK(ring.link(3, 0) != nullptr);
  CHECK(ring.link(0, 2) == nullptr);
}

TEST_CASE("a link may join groups of so many devices, and only some of them", "[arch]") {
  const auto pairs = withLink("topology: mesh, every: 2");
  CHECK(pairs.link(0, 1) != nullptr);
  CHECK(pairs.link(2, 3) != nullptr);
  CHECK(pairs.link(1, 2) == nullptr);
  const auto some = withLink("topology: mesh, joins: [gpu3, gpu0]");
  CHECK(some.link(0, 3) != nullptr);
  CHECK(some.link(0, 1) == nullptr);
}

TEST_CASE("the first link that joins two devices carries what they send", "[arch]") {
  const auto cluster = valid(clusterOf(
      kHead + "devices: {gpu: {machine: h100, count: 4}}\n"
              "links:\n"
              "  near: {topology: switch, every: 2, bandwidth: 100 GB/s, source: s}\n"
              "  far: {topology: switch, bandwidth: 10 GB/s, latency: 5 us, efficiency: 1/2, "
              "duplex: half, source: s}\n"));
  CHECK(cluster.link(0, 1)->name == "near");
  CHECK(cluster.link(1, 2)->name == "far");
  CHECK(cluster.link(1, 2)->seconds(5e9) == Approx(1 + 5e-6));
  CHECK_FALSE(cluster.link(1, 2)->fullDuplex);
  CHECK(cluster.link(0, 1)->latencySeconds == 0);
}

TEST_CASE("a cluster costs what its devices cost, unless it says otherwise", "[arch]") {
  const std::string devices =
      "devices:\n"
      "  a: {machine: h100, count: 2, price: {per_hour: 4 USD, source: s}}\n"
      "  b: {machine: h100, count: 1}\n";
  CHECK(valid(clusterOf(kHead + devices)).dollarsPerHour() == Approx(11.0));
  CHECK(valid(clusterOf(kHead + devices + "price: {per_hour: 9 USD, source: s}\n"))
            .dollarsPerHour() == Approx(9.0));
  CHECK_FALSE(valid(clusterOf(kHead + "devices: {a: {machine: h800, count: 2}}\n"))
                  .dollarsPerHour()
                  .has_value());
}

TEST_CASE("data that do not fit together are all reported", "[arch]") {
  auto data = withLink("topology: switch").data();
  data.groups.push_back(data.groups.front());
  data.groups.front().count = 0;
  data.links.front().domains = {{0, 9}, {1}};
  data.links.front().bytesPerSecond = 0;
  data.links.front().efficiency = 2;
  data.links.front().launchSeconds = -1;
  data.host.stepSeconds = -1;
  data.file = "mine.yaml";
  CHECK(messages(check(std::move(data))) ==
        "mine.yaml:1:1: error: devices.gpu.count: must be above zero\n"
        "mine.yaml:1:1: error: devices.gpu: given twice\n"
        "mine.yaml:1:1: error: links.wire.bandwidth: must be above zero\n"
        "mine.yaml:1:1: error: links.wire.efficiency: must be above 0 and at most 1\n"
        "mine.yaml:1:1: error: links.wire.launch: must not be below zero\n"
        "mine.yaml:1:1: error: links.wire.joins: there is no device 9\n"
        "  help: devices are numbered from 0 to 3\n"
        "mine.yaml:1:1: error: links.wire.joins: a link joins at least two devices, not 1\n"
        "  help: more devices, or no link\n"
        "mine.yaml:1:1: error: host.step: must not be below zero\n");
}

#include "arch/catalogue.hpp"
#include "cluster_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using arch::test::clusterOf;
using arch::test::cpuOf;
using arch::test::messages;
using arch::test::valid;

TEST_CASE("a cluster lies over one of the catalogue and changes what it names", "[arch]") {
  const auto cluster = valid(clusterOf("extends: h800-node\n"
                                       "machine: mine\n"
                                       "parameters: {count: 4}\n"
                                       "links: {nvlink: {latency: 3 us}}\n"
                                       "host: {step: 20 us, source: s}\n"));
  CHECK(cluster.name() == "mine");
  CHECK(cluster.devices() == 4);
  CHECK(cluster.data().links.front().latencySeconds == Approx(3e-6));
  CHECK(cluster.data().links.front().bytesPerSecond == 200e9);
  CHECK(cluster.data().host.stepSeconds == Approx(20e-6));
  CHECK(cluster.data().sources.at("links.nvlink").starts_with("H800 data sheet"));
}

TEST_CASE("settings replace a cluster's parameters, and numbers by their path", "[arch]") {
  const auto cluster = valid(arch::loadCluster(
      "h800-node", {{"count", 3}, {"links.nvlink.bandwidth", 1000}, {"links.nvlink.latency", 1}}));
  CHECK(cluster.devices() == 3);
  CHECK(cluster.data().links.front().bytesPerSecond == 1000);
  CHECK(cluster.data().links.front().latencySeconds == 1);
  CHECK(messages(arch::loadCluster("h800-node", {{"links.nvlink.bandwith", 1}}))
            .find("this machine has no number 'links.nvlink.bandwith' to set") !=
        std::string::npos);
}

namespace {

/// The text without the names that the catalogue has.
std::string withoutNames(std::string text) {
  const auto from = text.find(" (one of: a10");
  return from == std::string::npos ? text : text.erase(from, text.find(')', from) + 1 - from);
}

} // namespace

TEST_CASE("every mistake of a cluster file is answered at once, with its place", "[arch]") {
  const auto text = messages(
      clusterOf("machine: mine\n"
                "kind: cluster\n"
                "summary: s\n"
                "source: s\n"
                "devices:\n"
                "  gpu: {machine: h10, count: 3}\n"
                "  cpu: {machine: i9-10900x, count: 0}\n"
                "  array: {machine: fusemax, count: 1}\n"
                "links:\n"
                "  a: {topology: star, bandwidth: 10, source: s}\n"
                "  b: {topology: ring, bandwidth: 1 GB/s, every: 2, joins: [cpu, gpus]}\n"));
  CHECK(withoutNames(text) ==
        "machine.yaml:7:18: error: devices.gpu.machine: unknown machine 'h10'\n"
        "  help: did you mean 'a10'?\n"
        "machine.yaml:8:36: error: devices.cpu.count: 0 must be a whole number from 1 to 4K\n"
        "machine.yaml:9:20: error: devices.array.machine: 'fusemax' is of kind 'spatial', which is "
        "no device\n"
        "  help: devices are machines of kind gpu or cpu\n"
        "machine.yaml:11:17: error: links.a.topology: unknown value 'star'\n"
        "  help: one of: switch, ring, mesh\n"
        "machine.yaml:11:34: error: links.a.bandwidth: '10' is not a number with a unit\n"
        "  help: write a number and one of: B/s, kB/s, MB/s, GB/s, TB/s, KiB/s, MiB/s, GiB/s, "
        "TiB/s, Mbit/s, Gbit/s\n"
        "machine.yaml:12:6: error: links.b.source: required key is missing\n");
}

TEST_CASE("a link may join only devices that are there", "[arch]") {
  CHECK(messages(clusterOf("machine: mine\n"
                           "kind: cluster\n"
                           "summary: s\n"
                           "source: s\n"
                           "devices: {gpu: {machine: h100, count: 5}}\n"
                           "links:\n"
                           "  a: {topology: ring, bandwidth: 1 GB/s, joins: [gpus], source: s}\n"))
            .starts_with("machine.yaml:8:49: error: links.a.joins: there is no device 'gpus'\n"
                         "  help: did you mean 'gpu'? (one of: gpu)\n"));
}

TEST_CASE("a link's devices must divide into its groups", "[arch]") {
  CHECK(messages(clusterOf("machine: mine\n"
                           "kind: cluster\n"
                           "summary: s\n"
                           "source: s\n"
                           "devices: {gpu: {machine: h100, count: 5}}\n"
                           "links:\n"
                           "  wire: {topology: ring, bandwidth: 1 GB/s, every: 2, source: s}\n")) ==
        "machine.yaml:8:52: error: links.wire.every: 5 devices are not a multiple of 2: 1 are left "
        "over\n");
}

TEST_CASE("a GPU where a cluster is needed is answered with the clusters there are", "[arch]") {
  const auto cluster = arch::loadCluster("h100");
  REQUIRE_FALSE(cluster.has_value());
  CHECK(cluster.error().front().what ==
        "this machine is of kind 'gpu'; one of kind 'cluster' is needed here");
  CHECK(cluster.error().front().help.find("a100-node") != std::string::npos);
  CHECK(arch::kindOf("a100-node") == "cluster");
}

TEST_CASE("every cluster and CPU of the catalogue is valid", "[arch]") {
  int clusters = 0;
  const auto listed = arch::list();
  REQUIRE(listed);
  for (const auto& machine : *listed) {
    if (machine.kind == "cluster") {
      CHECK(valid(arch::loadCluster(machine.name)).devices() > 0);
      ++clusters;
    } else if (machine.kind == "cpu") {
      CHECK(valid(arch::loadCpu(machine.name)).scanBytesPerSecond() > 0);
    }
  }
  CHECK(clusters >= 5);
}

TEST_CASE("a CPU has cores and a memory", "[arch]") {
  const auto cpu = valid(cpuOf("machine: mine\n"
                               "kind: cpu\n"
                               "summary: s\n"
                               "source: s\n"
                               "cores: {count: 10, clock: 2 GHz, flops_per_cycle: 32, source: s}\n"
                               "dram: {capacity: 1 GiB, bandwidth: 100 GB/s, efficiency: 0.5, "
                               "latency: 90 ns, source: s}\n",
                               {{"cores.count", 4}}));
  CHECK(cpu.peakFlops() == Approx(256e9));
  CHECK(cpu.scanBytesPerSecond() == Approx(50e9));
  CHECK_FALSE(cpu.data().dollarsPerHour.has_value());
  auto data = cpu.data();
  data.cores = 0;
  data.dramEfficiency = 1.5;
  data.file = "mine.yaml";
  CHECK(messages(check(std::move(data))) ==
        "mine.yaml:1:1: error: cores.count: must be above zero\n"
        "mine.yaml:1:1: error: dram.efficiency: must be at most "
        "1\n");
}

TEST_CASE("a link within a group of one device is left out", "[arch]") {
  const std::string file = "extends: lamina-2h100-4h20\nmachine: mine\n";
  const auto one = valid(clusterOf(file + "parameters: {workers: 1}\n"));
  REQUIRE(one.data().links.size() == 1);
  CHECK(one.data().links.front().name == "roce");
  CHECK(valid(clusterOf(file)).data().links.size() == 2);
  CHECK(valid(arch::loadCluster("h100x4", {{"count", 1}})).data().links.empty());
  CHECK(messages(clusterOf(file + "links: {nvlink: {joins: [workers0]}}\n")) ==
        "machine.yaml:1:1: error: links.nvlink.joins: a link joins at least two devices, not 1\n"
        "  help: more devices, or no link\n");
}

#include "graph_times.hpp"
#include "mappings/cluster/collectives.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings::cluster;
using test::clusterWith;
using test::secondsOf;

namespace {

constexpr double kBytes = 1e6;
constexpr double kLatency = 10e-6;
constexpr double kBandwidth = 1e9;

std::vector<int> all(int devices) {
  std::vector<int> list;
  for (int device = 0; device < devices; ++device) {
    list.push_back(device);
  }
  return list;
}

arch::Cluster on(int devices, const std::string& topology) {
  return clusterWith(devices, "topology: " + topology + ", bandwidth: 1 GB/s, latency: 10 us");
}

double sentBy(const Graph& graph, int device) {
  double bytes = 0;
  for (const auto& task : graph.tasks()) {
    bytes += task.kind == Task::Kind::Message && task.device == device ? task.bytes : 0;
  }
  return bytes;
}

} // namespace

TEST_CASE("ring collectives take n-1 steps, an all-reduce twice as many of an n-th", "[cluster]") {
  for (const int devices : {2, 3, 8}) {
    const Fronts now(static_cast<std::size_t>(devices));
    const double steps = devices - 1;
    Graph gather;
    allGather(gather, all(devices), "g", kBytes, now, Way::Ring);
    // The last message's latency ends with nobody waiting for it.
    CHECK(secondsOf(gather, on(devices, "ring")) ==
          Approx(steps * kBytes / kBandwidth + (steps - 1) * kLatency).epsilon(1e-6));
    Graph reduce;
    const auto ends = allReduce(reduce, all(devices), "r", kBytes, now, Way::Ring);
    for (int device = 0; device < devices; ++device) {
      reduce.compute(device, "w", 0, ends[static_cast<std::size_t>(device)]);
    }
    CHECK(secondsOf(reduce, on(devices, "ring")) ==
          Approx(2 * steps * (kBytes / devices / kBandwidth + kLatency)).epsilon(1e-6));
    CHECK(sentBy(reduce, 0) == Approx(2 * steps * kBytes / devices));
  }
}

TEST_CASE("direct collectives have one latency and fill the ports of a switch", "[cluster]") {
  const int devices = 4;
  const Fronts now(devices);
  Graph gather;
  const auto ends = allGather(gather, all(devices), "g", kBytes, now, Way::Direct);
  for (int device = 0; device < devices; ++device) {
    gather.compute(device, "w", 0, ends[static_cast<std::size_t>(device)]);
  }
  CHECK(secondsOf(gather, on(devices, "switch")) ==
        Approx(3 * kBytes / kBandwidth + kLatency).epsilon(1e-5));
  Graph exchange;
  allToAll(exchange, all(devices), "x", kBytes, now);
  CHECK(sentBy(exchange, 2) == Approx(kBytes * 3 / 4));
  CHECK(secondsOf(exchange, on(devices, "switch")) ==
        Approx(0.75 * kBytes / kBandwidth).epsilon(1e-5));
}

TEST_CASE("a device alone has nothing to send", "[cluster]") {
  Graph graph;
  for (const auto way : {Way::Ring, Way::Direct}) {
    CHECK(allReduce(graph, {0}, "r", kBytes, {{}}, way) == Fronts{{}});
    CHECK(allGather(graph, {0}, "g", kBytes, {{}}, way) == Fronts{{}});
  }
  CHECK(allToAll(graph, {0}, "x", kBytes, {{}}) == Fronts{{}});
  CHECK(graph.tasks().empty());
}

TEST_CASE("every device sends as much as the collective says, whatever the way", "[cluster]") {
  CHECK(rc::check([] {
    const int devices = *rc::gen::inRange(2, 9);
    const double bytes = *rc::gen::inRange(1, 1000000) * static_cast<double>(devices);
    const auto way = *rc::gen::element(Way::Ring, Way::Direct);
    const Fronts now(static_cast<std::size_t>(devices));
    const double n = devices;
    Graph gather;
    allGather(gather, all(devices), "g", bytes, now, way);
    Graph scatter;
    reduceScatter(scatter, all(devices), "s", bytes, now, way);
    Graph reduce;
    allReduce(reduce, all(devices), "r", bytes, now, way);
    for (int device = 0; device < devices; ++device) {
      RC_ASSERT(std::abs(sentBy(gather, device) - (n - 1) * bytes) < 1);
      RC_ASSERT(std::abs(sentBy(scatter, device) - (n - 1) / n * bytes) < 1);
      RC_ASSERT(
          std::abs(sentBy(reduce, device) - (way == Way::Ring ? 2 / n : 1) * (n - 1) * bytes) < 1);
    }
  }));
}

#include "graph_times.hpp"
#include "mappings/cluster/collectives.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings::cluster;
using test::clusterWith;
using test::run;
using test::secondsOf;

namespace {

const std::string kSwitch = "topology: switch, bandwidth: 1 GB/s, latency: 10 us";

} // namespace

TEST_CASE("a message takes its latency and its bytes over the bandwidth", "[cluster]") {
  for (const auto* topology : {"switch", "ring", "mesh"}) {
    const auto cluster = clusterWith(3, std::string("topology: ") + topology +
                                            ", bandwidth: 2 GB/s, efficiency: 1/2, latency: 10 us");
    Graph graph;
    graph.message(0, 1, "m", 1e6, {});
    const int sent = 0;
    graph.compute(1, "w", 5e-6, {sent});
    CHECK(secondsOf(graph, cluster) == Approx(1e-3 + 10e-6 + 5e-6).epsilon(1e-6));
  }
}

TEST_CASE("a kernel is launched for a message by itself, and once for the steps of a collective",
          "[cluster]") {
  const auto cluster =
      clusterWith(4, "topology: switch, bandwidth: 1 GB/s, latency: 10 us, launch: 100 us");
  Graph two;
  const int first = two.message(0, 1, "m", 1e6, {});
  two.compute(2, "w", 5e-6, {two.message(1, 2, "m", 1e6, {first})});
  CHECK(secondsOf(two, cluster) == Approx(2e-3 + 2 * 110e-6 + 5e-6).epsilon(1e-6));
  Graph sum;
  const auto ends = allReduce(sum, {0, 1, 2, 3}, "sum", 4e6, Fronts(4), Way::Ring);
  sum.compute(0, "w", 5e-6, ends[0]);
  CHECK(secondsOf(sum, cluster) == Approx(6e-3 + 100e-6 + 6 * 10e-6 + 5e-6).epsilon(1e-6));
}

TEST_CASE("opposite messages share a link only with half duplex", "[cluster]") {
  for (const auto* topology : {"switch", "ring", "mesh"}) {
    const auto link = std::string("topology: ") + topology + ", bandwidth: 1 GB/s";
    Graph graph;
    graph.message(0, 1, "m", 1e6, {});
    graph.message(1, 0, "m", 1e6, {});
    CHECK(secondsOf(graph, clusterWith(2, link)) == Approx(1e-3).epsilon(1e-6));
    CHECK(secondsOf(graph, clusterWith(2, link + ", duplex: half")) == Approx(2e-3).epsilon(1e-3));
  }
}

TEST_CASE("two senders share the port of their receiver, or have a link each in a mesh",
          "[cluster]") {
  Graph graph;
  graph.message(0, 2, "m", 1e6, {});
  graph.message(1, 2, "m", 1e6, {});
  CHECK(secondsOf(graph, clusterWith(3, "topology: switch, bandwidth: 1 GB/s")) ==
        Approx(2e-3).epsilon(1e-6));
  CHECK(secondsOf(graph, clusterWith(3, "topology: mesh, bandwidth: 1 GB/s")) ==
        Approx(1e-3).epsilon(1e-6));
}

TEST_CASE("a device does one piece of work at a time, in order, beside its messages", "[cluster]") {
  Graph graph;
  const int first = graph.compute(0, "a", 1e-3, {});
  graph.message(0, 1, "m", 2e6, {});
  graph.compute(0, "b", 2e-3, {first}, 1e-4);
  CHECK(secondsOf(graph, clusterWith(2, kSwitch)) == Approx(3.1e-3).epsilon(1e-6));
}

TEST_CASE("devices without a link that must talk are refused", "[cluster]") {
  Graph graph;
  graph.message(0, 2, "m", 1, {});
  graph.message(1, 3, "m", 1, {});
  const auto schedule = lower(graph, clusterWith(4, "topology: ring, bandwidth: 1 GB/s"));
  REQUIRE_FALSE(schedule.has_value());
  CHECK(schedule.error().front().what ==
        "no link joins gpu0 and gpu2, nor 1 more pairs that must talk");
  CHECK(schedule.error().front().help ==
        "add a link that joins them, or a mapping that sends along the links there are");
}

TEST_CASE("a run too long or too large to be simulated is refused", "[cluster]") {
  const auto cluster = clusterWith(2, "topology: switch, bandwidth: 1 GB/s");
  const auto problemOf = [&](const Graph& graph) {
    const auto schedule = lower(graph, cluster);
    REQUIRE_FALSE(schedule.has_value());
    REQUIRE(schedule.error().size() == 1);
    const auto& problem = schedule.error().front();
    return problem.where.path + ": " + problem.what + "\n" + problem.help;
  };
  Graph slow;
  slow.message(0, 1, "m", 1e19, {});
  CHECK(problemOf(slow) ==
        "links: all work and messages together take 10000000000 s, too long to be simulated\n"
        "at most 4000000 s: faster links or devices, or less work");
  Graph large;
  for (int i = 0; i <= 1'000'000; ++i) {
    large.compute(0, "w", 1e-6, {});
  }
  CHECK(problemOf(large) ==
        "devices: 1,000,001 pieces of work and messages are too many to be simulated\n"
        "at most 1,000,000: fewer devices");
}

TEST_CASE("a run may use many more resources than the one before it", "[cluster]") {
  for (const int devices : {2, 1500, 3}) {
    const auto cluster = clusterWith(devices, "topology: switch, bandwidth: 1 GB/s");
    Graph graph;
    for (int device = 0; device < devices; ++device) {
      graph.message(device, (device + 1) % devices, "m", 1e6,
                    {graph.compute(device, "w", 1e-3, {})});
    }
    const auto schedule = lower(graph, cluster).value();
    CHECK(schedule.resources.size() == 3 * static_cast<std::size_t>(devices));
    CHECK(secondsOf(graph, cluster) == Approx(2e-3).epsilon(1e-6));
  }
}

TEST_CASE("on random clusters every byte sent is received, nobody works longer than the run, and "
          "the bound holds",
          "[cluster]") {
  CHECK(rc::check([] {
    const auto devices = *rc::gen::inRange(2, 6);
    const auto topology = *rc::gen::element<std::string>("switch", "mesh");
    const auto duplex = *rc::gen::element<std::string>("full", "half");
    const auto cluster = clusterWith(devices, "topology: " + topology + ", duplex: " + duplex +
                                                  ", bandwidth: 1 GB/s, latency: 3 us");
    Graph graph;
    std::int64_t bytes = 0;
    const auto count = *rc::gen::inRange(1, 40);
    for (int i = 0; i < count; ++i) {
      std::vector<int> after;
      for (int k = 0; i > 0 && k < *rc::gen::inRange(0, 3); ++k) {
        after.push_back(*rc::gen::inRange(0, i));
      }
      const int from = *rc::gen::inRange(0, devices);
      const int apart = *rc::gen::inRange(0, devices);
      if (apart == 0) {
        graph.compute(from, "w", *rc::gen::inRange(0, 1000) * 1e-6, after);
      } else {
        const auto size = *rc::gen::inRange(0, 1000000);
        graph.message(from, (from + apart) % devices, "m", size, after);
        bytes += size;
      }
    }
    const auto schedule = lower(graph, cluster);
    RC_ASSERT(schedule.has_value());
    const auto totals = run(*schedule);
    sim::Wide sent = 0;
    sim::Wide received = 0;
    for (std::size_t c = 0; c < totals.counters.size(); ++c) {
      sent += schedule->counters[c].kind == sim::Counter::Kind::Read ? totals.counters[c] : 0;
      received += schedule->counters[c].kind == sim::Counter::Kind::Write ? totals.counters[c] : 0;
    }
    RC_ASSERT(sent == bytes);
    RC_ASSERT(received == bytes);
    for (const auto& use : totals.resources) {
      RC_ASSERT(use.busy <= totals.ticks);
    }
    RC_ASSERT(sim::analytic(*schedule, true).ticks <= totals.ticks);
  }));
}

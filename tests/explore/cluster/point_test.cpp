#include "explore/any_point.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using explore::PointRequest;

namespace {

PointRequest request(const std::string& mapping, const std::string& workload = "attention") {
  PointRequest out;
  out.workload = workload;
  out.machine = "a100-node";
  out.mapping = mapping;
  out.workloadSettings = {{"L", core::Rational(8192)}, {"H", core::Rational(8)}};
  return out;
}

explore::ClusterPoint pointOf(const PointRequest& wanted) {
  auto point = explore::prepareCluster(wanted);
  INFO((point ? std::string() : core::render(point.error())));
  REQUIRE(point);
  return std::move(*point);
}

results::Result resultOf(const PointRequest& wanted, const explore::RunOptions& options = {}) {
  auto result = explore::run(pointOf(wanted), options);
  REQUIRE(result);
  return std::move(*result);
}

double spanOf(const results::UnitUse& unit) {
  const auto& stalls = unit.stalls;
  return unit.busyCycles + stalls.waitData + stalls.waitSpace + stalls.waitSync +
         stalls.waitBandwidth + stalls.idle;
}

} // namespace

TEST_CASE("a run on a cluster has no cycles, and units in nanoseconds that add up to its time",
          "[explore]") {
  for (const std::string engine : {"cycle", "analytic"}) {
    explore::RunOptions options;
    options.engine = engine;
    const auto result = resultOf(request("ring-attention"), options);
    CHECK_FALSE(result.cycles.has_value());
    CHECK(result.seconds > 0);
    CHECK(result.flops == Approx(4.0 * 8192 * 8192 * 8 * 128).epsilon(0.1));
    CHECK(result.units.size() == 8 + 2 * 8);
    for (const auto& unit : result.units) {
      INFO(engine << " " << unit.name);
      CHECK(spanOf(unit) == Approx(result.seconds * 1e9));
      CHECK(unit.utilization <= 1 + 1e-6);
    }
  }
}

TEST_CASE("bytes sent are bytes received, and as many as the plan says", "[explore]") {
  const auto result = resultOf(request("ring-attention"));
  REQUIRE(result.levels.size() == 1);
  CHECK(result.levels.front().name == "nvlink");
  CHECK(result.levels.front().readBytes == result.levels.front().writeBytes);
  CHECK(result.levels.front().readBytes == 8LL * 7 * 2 * 1024 * 8 * 128 * 2);
}

TEST_CASE("who waits for a port is on the critical path of what the port does before",
          "[explore]") {
  const auto result = resultOf(request("gather-keys", "attention-causal"));
  double transfers = 0, waiting = 0;
  for (const auto& [name, share] : result.criticalPath) {
    transfers += name == "transfers" ? share : 0;
    waiting += name == "waiting" ? share : 0;
  }
  const auto& last = result.units.at(7); // it has the most to do, behind all keys
  CHECK(last.stalls.waitBandwidth / (result.seconds * 1e9) == Approx(transfers + waiting));
  const double latency = 8e-6 + 7 * 2e-6; // a launch, and each of the seven steps
  CHECK(waiting <= latency / result.seconds);
}

TEST_CASE("limits of a cluster are its devices and each link, simulated again", "[explore]") {
  explore::RunOptions options;
  options.limits = true;
  const auto result = resultOf(request("ring-attention"), options);
  REQUIRE(result.limits.size() == 2);
  CHECK(result.limits.front().unit == "devices");
  CHECK(result.limits.front().speedupIfDoubled > 1.5);
  CHECK(result.limits.back().unit == "nvlink");
  CHECK(result.limits.back().speedupIfDoubled < 1.1);
}

TEST_CASE("the bound is never above the simulation, for every mapping of attention", "[explore]") {
  explore::PieceTimes times;
  for (const auto* mapping :
       {"ring-attention", "zigzag-ring-attention", "striped-ring-attention", "token-ring",
        "gather-keys", "ulysses", "ulysses-ring", "heads-parallel"}) {
    for (const auto* workload : {"attention", "attention-causal"}) {
      INFO(mapping << " " << workload);
      const auto point = explore::prepareCluster(request(mapping, workload), times);
      REQUIRE(point);
      CHECK(explore::secondsOf(*point, "analytic").value() <=
            explore::secondsOf(*point, "cycle").value());
    }
  }
}

TEST_CASE("without a mapping a cluster takes the first of the catalogue that can be done",
          "[explore]") {
  const auto point = pointOf(request("", "attention-causal"));
  CHECK(point.mapping.name == "zigzag-ring-attention");
  CHECK(point.notes ==
        std::vector<std::string>{
            "mapping zigzag-ring-attention chosen from the catalogue; -m gives another"});
}

TEST_CASE("an engine for arrays refuses clusters", "[explore]") {
  explore::RunOptions options;
  options.engine = "pe";
  const auto refused = explore::run(pointOf(request("ring-attention")), options);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().front().what ==
        "engine pe simulates spatial arrays; 'a100-node' is a cluster");
}

TEST_CASE("a plan that misses heads is refused with the amount", "[explore]") {
  auto wanted = request("ulysses");
  wanted.workloadSettings["H"] = core::Rational(4);
  const auto refused = explore::prepareAny(wanted);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().front().what ==
        "G = 4 cannot be divided over 8 (heads): 4 would be left over");
  CHECK(refused.error().front().help == "at most 4 devices can share it");
}

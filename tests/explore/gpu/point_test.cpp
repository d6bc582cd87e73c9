#include "explore/any_point.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using explore::PointRequest;

namespace {

PointRequest request(const std::string& mapping = "flash-attention-3",
                     const std::string& machine = "h100") {
  PointRequest out;
  out.workload = "attention";
  out.machine = machine;
  out.mapping = mapping;
  out.workloadSettings = {{"L", core::Rational(4096)}};
  return out;
}

explore::GpuPoint pointOf(const PointRequest& wanted) {
  auto point = explore::prepareGpu(wanted);
  INFO((point ? std::string() : core::render(point.error())));
  REQUIRE(point);
  return std::move(*point);
}

results::Result resultOf(const PointRequest& wanted, const std::string& engine = "cycle",
                         bool limits = false) {
  explore::RunOptions options;
  options.engine = engine;
  options.limits = limits;
  auto result = explore::run(pointOf(wanted), options);
  REQUIRE(result);
  return std::move(*result);
}

} // namespace

TEST_CASE("busy and stalled cycles of every unit of a GPU add up to the run's", "[explore]") {
  for (const std::string mapping : {"flash-attention-3", "flash-attention-2"}) {
    for (const std::string engine : {"cycle", "analytic"}) {
      const auto result = resultOf(request(mapping), engine);
      REQUIRE(result.units.size() == 4);
      for (const auto& unit : result.units) {
        const auto& stalls = unit.stalls;
        INFO(mapping << " " << engine << " " << unit.name);
        CHECK(unit.busyCycles + stalls.waitData + stalls.waitSpace + stalls.waitSync +
                  stalls.waitBandwidth + stalls.waitIssue + stalls.idle ==
              Approx(*result.cycles).epsilon(1e-6));
        CHECK(unit.utilization <= 1 + 1e-9);
      }
    }
  }
}

TEST_CASE("a run on a GPU tells its kernels, occupancy, peak and why energy is unknown",
          "[explore]") {
  const auto result = resultOf(request());
  CHECK(result.flops == Approx(4.0 * 4096 * 4096 * 128 * 16));
  CHECK(result.peakFlops == Approx(2.0 * 2048 * 132 * 1.83e9));
  REQUIRE(result.kernels.size() == 1);
  const auto& kernel = result.kernels.front();
  CHECK(kernel.seconds == Approx(result.seconds));
  CHECK(kernel.occupancy.ctas == 16 * 4096 / 128);
  CHECK(kernel.occupancy.ctasPerSm == 1);
  CHECK(kernel.occupancy.waves == Approx(512.0 / 132));
  CHECK_FALSE(kernel.occupancy.limitedBy.empty());
  CHECK_FALSE(result.energy.total);
  CHECK(result.energy.reason == "no energy table covers GPUs");
  REQUIRE(result.levels.size() == 3);
  CHECK(result.levels[2].name == "dram");
  CHECK(result.levels[2].writeBytes == 2 * 4096 * 16 * 128);
  const auto product = std::find_if(result.einsums.begin(), result.einsums.end(),
                                    [](const auto& einsum) { return einsum.name == "BQK"; });
  REQUIRE(product != result.einsums.end());
  CHECK(product->unit == "tensor_core");
}

TEST_CASE("the analytic engine is a bound for GPUs too", "[explore]") {
  for (const std::string mapping : {"flash-attention-3", "flash-attention-2"}) {
    CHECK(resultOf(request(mapping), "analytic").seconds <= resultOf(request(mapping)).seconds);
  }
}

TEST_CASE("limits of a GPU are simulated again, the strongest first", "[explore]") {
  const auto result = resultOf(request(), "cycle", true);
  REQUIRE(result.limits.size() == explore::kGpuLimits - 1); // no special functions beside others
  CHECK(result.limits.front().speedupIfDoubled > 1.05);
  for (std::size_t i = 1; i < result.limits.size(); ++i) {
    CHECK(result.limits[i].speedupIfDoubled <= result.limits[i - 1].speedupIfDoubled);
  }
}

TEST_CASE("special functions are a unit, and may be a limit, where a kernel runs others beside",
          "[explore]") {
  const auto result = resultOf(request("flash-attention-4", "b200"), "cycle", true);
  CHECK(result.limits.size() == explore::kGpuLimits);
  const auto use = [&](const char* name) {
    const auto found = std::find_if(result.units.begin(), result.units.end(),
                                    [&](const auto& unit) { return unit.name == name; });
    return found == result.units.end() ? 0.0 : found->utilization;
  };
  CHECK(use("special_functions") > 0.3);
  CHECK(use("lanes") > 0.3);
  CHECK(use("special_functions") <= 1);
}

TEST_CASE("without a mapping one of the catalogue that fits the GPU is taken, and named",
          "[explore]") {
  for (const std::string machine : {"h100", "a100-80gb"}) {
    const auto point = pointOf(request("", machine));
    REQUIRE_FALSE(point.notes.empty());
    CHECK(point.notes.front() ==
          "mapping " + point.mapping.name + " chosen from the catalogue; -m gives another");
    CHECK(explore::prepareGpu(request(point.mapping.name, machine)));
  }
}

TEST_CASE("one query for each of many heads is not given tiles of many queries", "[explore]") {
  PointRequest wanted;
  wanted.workload = "gqa-decode";
  wanted.machine = "h100";
  wanted.workloadSettings = {{"L", 8192}, {"B", 64}}; // more CTAs than SMs with any mapping
  const auto chosen = pointOf(wanted);
  CHECK(chosen.mapping.name != "flash-attention-3");
  wanted.mapping = "flash-attention-3";
  const auto chosenSeconds = explore::secondsOf(chosen, "analytic");
  const auto padded = explore::secondsOf(pointOf(wanted), "analytic");
  REQUIRE(chosenSeconds);
  REQUIRE(padded);
  CHECK(*chosenSeconds < *padded / 2);
}

TEST_CASE("points are prepared as the machine's kind asks for", "[explore]") {
  const auto gpu = explore::prepareAny(request());
  REQUIRE(gpu);
  CHECK(std::holds_alternative<explore::GpuPoint>(*gpu));
  PointRequest spatial;
  spatial.workload = "bert";
  spatial.machine = "fusemax";
  const auto array = explore::prepareAny(spatial);
  REQUIRE(array);
  CHECK(std::holds_alternative<explore::Point>(*array));
}

TEST_CASE("the engine of every PE refuses a GPU", "[explore]") {
  explore::RunOptions options;
  options.engine = "pe";
  const auto result = explore::run(pointOf(request()), options);
  REQUIRE_FALSE(result);
  CHECK(core::render(result.error()) ==
        "error: --engine: engine pe simulates spatial arrays; 'h100' is a GPU\n"
        "  help: --engine cycle or --engine analytic\n");
}

TEST_CASE("wrong names of workload, machine and mapping are reported together", "[explore]") {
  PointRequest wrong;
  wrong.workload = "attentoin";
  wrong.machine = "h100";
  wrong.mapping = "flash-atention-3";
  const auto point = explore::prepareGpu(wrong);
  REQUIRE_FALSE(point);
  const auto text = core::render(point.error());
  CHECK(text.find("unknown workload 'attentoin'") != std::string::npos);
  CHECK(text.find("unknown mapping 'flash-atention-3'") != std::string::npos);
}

TEST_CASE("a point that no mapping of the catalogue fits tells of those written for its Einsums",
          "[explore]") {
  auto large = request();
  large.workload = "attention-3pass-causal";
  large.mapping.clear();
  large.workloadSettings = {{"B", 16}, {"H", 24}, {"L", 16384}};
  const auto point = explore::prepareGpu(large);
  REQUIRE_FALSE(point);
  CHECK(point.error().size() < 20);
  const auto text = core::render(point.error());
  CHECK(text.find("tensors in memory") != std::string::npos);
  CHECK(text.find("has no Einsum") == std::string::npos);
  CHECK(text.find("no mapping of the catalogue runs this workload on this GPU; ") !=
        std::string::npos);
}

TEST_CASE("a ragged batch runs on a GPU with its own lengths, and says what padding would do",
          "[explore]") {
  auto ragged = request();
  ragged.workload = "attention-varlen";
  ragged.workloadSettings = {{"L", 2048}, {"B", 4}};
  const auto point = pointOf(ragged);
  REQUIRE_FALSE(point.notes.empty());
  CHECK(point.notes.front() == "4 sequences with L from 727 to 1516: 79 % of what they would be, "
                               "padded to the longest");
  CHECK(point.cascade.parameter("L") == 1516); // tiles are those of the longest
  auto padded = request();
  padded.workloadSettings = {{"L", 1516}, {"B", 4}};
  const auto whole = pointOf(padded);
  CHECK(point.chain.flops < whole.chain.flops);
  CHECK(*explore::secondsOf(point) < *explore::secondsOf(whole));
  CHECK(resultOf(ragged).notes.front() == point.notes.front());
}

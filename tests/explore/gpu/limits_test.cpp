#include "explore/gpu/point.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;

namespace {

results::Result resultOf(const std::string& workload, const std::string& machine,
                         const std::string& mapping, core::Settings settings,
                         const std::string& engine = "cycle") {
  explore::PointRequest request;
  request.workload = workload;
  request.machine = machine;
  request.mapping = mapping;
  request.workloadSettings = std::move(settings);
  const auto point = explore::prepareGpu(request);
  INFO((point ? std::string() : core::render(point.error())));
  REQUIRE(point);
  explore::RunOptions options;
  options.engine = engine;
  options.limits = true;
  auto result = explore::run(*point, options);
  REQUIRE(result);
  return std::move(*result);
}

results::Limit limitOf(const results::Result& result, const std::string& unit) {
  const auto found = std::find_if(result.limits.begin(), result.limits.end(),
                                  [&](const auto& limit) { return limit.unit == unit; });
  REQUIRE(found != result.limits.end());
  return *found;
}

} // namespace

TEST_CASE("launches limit a chain of short kernels", "[explore]") {
  for (const std::string engine : {"cycle", "analytic"}) {
    const auto result = resultOf("attention-unfused", "h100", "unfused-kernels",
                                 {{"L", 512}, {"H", 4}, {"B", 1}}, engine);
    double launches = 0;
    for (const auto& kernel : result.kernels) {
      launches += kernel.launchSeconds;
    }
    const auto& most = result.limits.front();
    CHECK(most.unit == "launch");
    CHECK(most.utilization == Approx(launches / result.seconds));
    CHECK(most.utilization > 0.5);
    CHECK(most.speedupIfDoubled == Approx(result.seconds / (result.seconds - launches / 2)));
  }
}

TEST_CASE("a limit works the share of the time that its unit does, shared memory too",
          "[explore]") {
  const auto result =
      resultOf("attention-backward", "a100-80gb", "flash-attention-2-backward", {{"L", 4096}});
  for (const auto& unit : result.units) {
    CHECK(limitOf(result, unit.name).utilization == unit.utilization);
  }
  const auto shared = limitOf(result, "shared");
  CHECK(shared.utilization > 0.3);
  CHECK(shared.utilization <= 1);
  // Bytes over the rate are what operands take; tiles that arrive come on top.
  const auto roof = std::find_if(result.roofs.begin(), result.roofs.end(),
                                 [](const auto& each) { return each.name == "shared"; });
  REQUIRE(roof != result.roofs.end());
  REQUIRE(result.levels[0].name == "shared");
  CHECK(shared.utilization * roof->perSecond * result.seconds >=
        0.99 * static_cast<double>(result.levels[0].readBytes));
}

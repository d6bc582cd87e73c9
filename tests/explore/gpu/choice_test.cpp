#include "explore/gpu/point.hpp"
#include "mappings/catalogue.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using explore::PointRequest;

namespace {

PointRequest request(const std::string& workload, const std::string& machine,
                     core::Settings settings) {
  PointRequest out;
  out.workload = workload;
  out.machine = machine;
  out.workloadSettings = std::move(settings);
  return out;
}

explore::GpuPoint pointOf(const PointRequest& wanted) {
  auto point = explore::prepareGpu(wanted);
  INFO((point ? std::string() : core::render(point.error())));
  REQUIRE(point);
  return std::move(*point);
}

} // namespace

TEST_CASE("without a mapping none of the catalogue's that fit is faster, on either engine",
          "[explore]") {
  const std::vector<PointRequest> wanted{
      request("attention-decode", "h100",
              {{"B", 1}, {"H", 71}, {"R", 71}, {"D", 64}, {"M", 32768}}),
      request("attention-decode", "h100", {{"B", 17}, {"M", 4096}}),
      request("attention-decode", "a100-80gb",
              {{"B", 16}, {"H", 32}, {"R", 4}, {"D", 128}, {"M", 8192}}),
      request("attention", "h100", {{"L", 2048}})};
  for (const auto& each : wanted) {
    for (const std::string engine : {"cycle", "analytic"}) {
      auto asked = each;
      asked.engine = engine;
      const auto chosen = pointOf(asked);
      const auto seconds = explore::secondsOf(chosen, engine);
      REQUIRE(seconds);
      CHECK((chosen.simulated != nullptr) == (engine == "cycle"));
      for (const auto& entry : mappings::list()) {
        asked.mapping = entry.name;
        const auto other = entry.kind == "gpu" ? explore::prepareGpu(asked) : core::failure({});
        if (other) {
          INFO(each.workload << " on " << each.machine << ", " << engine << ": " << entry.name
                             << " against " << chosen.mapping.name);
          CHECK(*seconds <= explore::secondsOf(*other, engine).value() * (1 + 1e-9));
        }
      }
    }
  }
}

TEST_CASE("a point runs on each engine as one that was prepared for it, and as its mapping does",
          "[explore]") {
  auto wanted = request("attention-decode", "h100", {{"B", 17}, {"M", 4096}});
  const auto point = pointOf(wanted);
  REQUIRE(point.onBound); // the least bound is another mapping's
  for (const std::string engine : {"cycle", "analytic"}) {
    explore::RunOptions options;
    options.engine = engine;
    const auto result = explore::run(point, options);
    REQUIRE(result);
    wanted.engine = engine;
    wanted.mapping.clear();
    const auto prepared = explore::run(pointOf(wanted), options);
    REQUIRE(prepared);
    CHECK(prepared->seconds == result->seconds);
    CHECK(prepared->mapping == result->mapping);
    wanted.mapping = result->mapping;
    CHECK(explore::run(pointOf(wanted), options)->seconds == result->seconds);
    CHECK(explore::secondsOf(point, engine).value() == result->seconds);
    options.limits = true; // simulates again
    CHECK(explore::run(point, options)->seconds == result->seconds);
  }
}

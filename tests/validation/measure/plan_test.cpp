#include "validation/cuda/timing_plan.hpp"
#include "validation/measure/measure.hpp"
#include "validation/measure/plan.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <set>

namespace einsight::validation {
namespace {

const MeasurePlan& wholePlan() {
  static const auto plan = planMeasure({}, "h200", "cycle");
  REQUIRE(plan);
  return *plan;
}

} // namespace

TEST_CASE("every kernel at every shape that is measured is simulated, in finite time",
          "[validation]") {
  std::set<std::string> suites;
  for (const auto& planned : wholePlan().cases) {
    INFO(planned.id << ": " << planned.reason);
    CHECK(planned.reason.empty());
    CHECK(std::isfinite(planned.once));
    CHECK(planned.once > 0);
    CHECK(planned.total > planned.once);
    suites.insert(planned.suite);
  }
  for (const auto& suite : measureSuites()) {
    INFO(suite);
    CHECK((suite == "micro" || suites.count(suite) == 1)); // a build without nvcc has none of those
  }
}

TEST_CASE("all that is measured on an H200 is planned to fit into its time", "[validation]") {
  CHECK(wholePlan().machine == "h200");
  CHECK(wholePlan().seconds() < MeasureRequest().seconds);
}

TEST_CASE("variants that visit fewer tiles of a list are simulated as faster", "[validation]") {
  const auto secondsOf = [](const std::string& id) {
    for (const auto& planned : wholePlan().cases) {
      if (planned.id == id) {
        return planned.once;
      }
    }
    FAIL("no case " << id);
    return 0.0;
  };
  for (const std::string kernel : {"fused-sm90", "fused-sm80"}) {
    const auto base = kernel + " b1 hq16 hkv16 sq16384 skv16384 d128 ";
    const double whole = secondsOf(base + "bf16");
    CHECK(secondsOf(base + "list 1/1 bf16") == Approx(whole).epsilon(1e-9));
    double before = whole;
    for (const int stride : {2, 4, 8, 16}) {
      const double one = secondsOf(base + "list 1/" + std::to_string(stride) + " bf16");
      CHECK(one < before);
      CHECK(one > 0.9 * whole / stride); // no tile of the list is left out
      before = one;
    }
  }
}

TEST_CASE("only suites that are asked for are planned, on machines that can be measured",
          "[validation]") {
  const auto plan = planMeasure({"linear"}, "a100-80gb", "analytic");
  REQUIRE(plan);
  CHECK(plan->cases.size() == 8);
  const auto ampere = planMeasure({"sigmoid"}, "a100-80gb", "analytic");
  REQUIRE(ampere);
  for (const auto& planned : ampere->cases) {
    CHECK(planned.id.find("fused-sm80") == 0); // it has no products of warpgroups
  }
  const auto none = planMeasure({"linear"}, "no-such-gpu", "analytic");
  REQUIRE_FALSE(none);
}

TEST_CASE("a plan that is told to stop stops", "[validation]") {
  const auto plan =
      planMeasure({"linear"}, "h200", "analytic", [](double done) { return done < 0.5; });
  REQUIRE_FALSE(plan);
  CHECK(plan.error().front().what == "stopped");
}

TEST_CASE("short runs are captured, long ones are few, and none takes much more than 40 ms",
          "[validation]") {
  CHECK(cuda::planTiming(499).graph);
  CHECK_FALSE(cuda::planTiming(500).graph);
  CHECK(cuda::planTiming(1).samples == 200);
  CHECK(cuda::planTiming(400).samples == 5);
  CHECK(cuda::planTiming(1000).samples == 40);
  CHECK(cuda::planTiming(1e6).samples == 5);
  CHECK(cuda::planTiming(10).runs() == 200 * cuda::kInGraph);
  CHECK(cuda::timedUs(1e6) == Approx(1e7));
  CHECK(cuda::inputSetCount(1e6, 60e6) == 32);
  CHECK(cuda::inputSetCount(100e6, 60e6) == 3);
  CHECK(cuda::inputSetCount(5e9, 60e6) == 1);
  CHECK(cuda::inputSetCount(60e9, 60e6) == 1);
}

} // namespace einsight::validation

#include "arch/catalogue.hpp"
#include "explore/any_point.hpp"
#include "explore/roofs.hpp"

#include <catch2/catch.hpp>

using namespace einsight;

namespace {

double roofOf(const results::Result& result, const std::string& name) {
  for (const auto& roof : result.roofs) {
    if (roof.name == name) {
      return roof.perSecond;
    }
  }
  return 0;
}

results::Result runOf(const std::string& workload, const std::string& machine) {
  const auto point = explore::prepareAny({workload, machine, {}, {{"L", 4096}}, {}, {}});
  REQUIRE(point);
  explore::RunOptions options;
  options.engine = "analytic";
  auto result = explore::run(*point, options);
  REQUIRE(result);
  return *result;
}

} // namespace

TEST_CASE("a spatial machine has the roofs of its memories, arrays and exponentials", "[explore]") {
  const auto result = runOf("bert", "fusemax");
  CHECK(roofOf(result, "dram") == Approx(400 * 1073741824.0));
  CHECK(roofOf(result, "array_2d") == Approx(2 * 65536 * 940e6));
  CHECK(roofOf(result, "array_1d") == Approx(2 * 256 * 940e6));
  CHECK(roofOf(result, "global_buffer") == 0); // unlimited ports
  double exponentials = 0;
  for (const auto& einsum : result.einsums) {
    const auto found = einsum.ops.find("exp");
    exponentials += einsum.unit == "array_2d" && found != einsum.ops.end()
                        ? static_cast<double>(found->second)
                        : 0;
  }
  REQUIRE(exponentials > 0); // six cycles each
  CHECK(roofOf(result, "exp on array_2d") ==
        Approx(result.flops * (65536 * 940e6 / 6) / exponentials));
}

TEST_CASE("a GPU has the roofs of its vendor, and no run is above them", "[explore]") {
  const auto result = runOf("attention", "h100");
  CHECK(roofOf(result, "dram") == Approx(3352e9));
  CHECK(roofOf(result, "l2") == Approx(4900 * 1.98e9));
  CHECK(roofOf(result, "shared") == Approx(128 * 132 * 1.98e9));
  CHECK(roofOf(result, "tensor_core") == Approx(*result.peakFlops));
  CHECK(roofOf(result, "lanes") == Approx(2 * 128 * 132 * 1.98e9));
  const double performance = result.flops / result.seconds;
  for (const auto* name : {"tensor_core", "exp on lanes"}) {
    CHECK(performance <= roofOf(result, name));
  }
}

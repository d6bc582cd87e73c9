#include "arch/catalogue.hpp"
#include "arch/gpu/gpu.hpp"
#include "machine_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using arch::test::machineOf;

TEST_CASE("a GPU where an array is needed is answered with the arrays there are", "[arch]") {
  const auto machine = arch::load("h100");
  REQUIRE_FALSE(machine.has_value());
  REQUIRE(machine.error().size() == 1);
  const auto& problem = machine.error().front();
  CHECK(problem.where.path == "kind");
  CHECK(problem.what == "this machine is of kind 'gpu'; one of kind 'spatial' is needed here");
  CHECK(problem.help == "machines of kind spatial: array-family, flat, flat-deep-registers, "
                        "flat-edge, fusemax, fusemax-systolic");
}

TEST_CASE("an array where a GPU is needed is answered with the GPUs there are", "[arch]") {
  const auto gpu = arch::loadGpu("flat");
  REQUIRE_FALSE(gpu.has_value());
  REQUIRE(gpu.error().size() == 1);
  CHECK(gpu.error().front().what ==
        "this machine is of kind 'spatial'; one of kind 'gpu' is needed here");
  CHECK(
      gpu.error().front().help ==
      "machines of kind gpu: a10, a100-40gb, a100-80gb, a100-80gb-pcie, b200, b300, gb200, gb300, "
      "h100, h100-pcie, h20, h200, h800, l40s, rtx-4090, rtx-a5000, "
      "rtx-a6000, rtx-pro-6000");
}

TEST_CASE("the kind of a machine is known before it is read", "[arch]") {
  CHECK(arch::kindOf("fusemax") == "spatial");
  CHECK(arch::kindOf("l40s") == "gpu");
  const auto misspelt = arch::kindOf("h10");
  REQUIRE_FALSE(misspelt.has_value());
  CHECK(misspelt.error().front().what == "unknown machine 'h10'");
  const auto unknown =
      arch::kindOf(EINSIGHT_SOURCE_DIR "/tests/bad_yaml/machine/unknown_kind.yaml");
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().front().what == "unknown value 'spatail'");
  CHECK(unknown.error().front().help ==
        "did you mean 'spatial'? (one of: spatial, gpu, cpu, cluster)");
  const auto none = arch::kindOf(EINSIGHT_SOURCE_DIR "/tests/bad_yaml/machine/empty.yaml");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().front().where.path == "kind");
  CHECK(none.error().front().what == "required key is missing");
}

#include "arch/catalogue.hpp"
#include "explore/serving/times.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;

TEST_CASE("weights of less than a byte are read as they are, and multiplied in 16 bits",
          "[serving]") {
  const auto gpu = arch::loadGpu("a100-80gb");
  REQUIRE(gpu);
  const auto rates = sustainedRates(*gpu, 0.5, {});
  REQUIRE(rates);
  CHECK(rates->flops == sustainedRates(*gpu, 2, {})->flops);
  CHECK_FALSE(sustainedRates(*gpu, 1, {}));
  CHECK(productSeconds(*rates, 1e9, 0.5, 1) == Approx(0.5e9 / rates->bytes));
  CHECK(productSeconds(*rates, 1e9, 0.5, 1e4) == Approx(2e13 / rates->flops));
}

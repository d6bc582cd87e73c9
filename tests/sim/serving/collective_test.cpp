#include "sim/serving/collective.hpp"

#include <catch2/catch.hpp>

using namespace einsight::sim::serving;

TEST_CASE("a ring of n devices reduces in 2 (n - 1) messages of an n-th of the bytes",
          "[serving]") {
  for (const int devices : {2, 4, 8}) {
    const RingLinks links{devices, 100e9, 2e-6};
    const double message = 64e6 / devices / 100e9;
    CHECK(ringAllReduce(links, 64e6).value() == Approx(2 * (devices - 1) * (message + 2e-6)));
  }
}

TEST_CASE("one device has nothing to reduce", "[serving]") {
  CHECK(ringAllReduce({1, 100e9, 2e-6}, 64e6).value() == 0);
}

TEST_CASE("a sum that would take longer than ticks can count is refused", "[serving]") {
  const auto refused = ringAllReduce({2, 1e-6, 0}, 64e6);
  REQUIRE_FALSE(refused.has_value());
  CHECK(einsight::core::render(refused.error()) ==
        "error: a sum over 2 devices would take 64000000000000 s, too long to be simulated\n"
        "  help: links that need at most 1000000000 s\n");
}

#include "explore/prices.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;

TEST_CASE("a price of a device makes a cluster cost the sum of its devices", "[explore]") {
  const auto cluster = arch::loadCluster("lamina-2h100-4h20");
  REQUIRE(cluster);
  CHECK(priced(*cluster, {})->dollarsPerHour() == cluster->dollarsPerHour());
  CHECK(priced(*cluster, {{"h20", 1}})->dollarsPerHour() == Approx(2 * 11.06 + 4));
  CHECK(priced(*cluster, {{"h20", 1}, {"h100", 2}})->dollarsPerHour() == Approx(8));
  CHECK(priced(*cluster, {{"a100", 1}})->dollarsPerHour() == cluster->dollarsPerHour());
  CHECK_FALSE(priced(*cluster, {{"h20", 0}}));
}

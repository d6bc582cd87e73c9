#include "validation/offload/suite.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;

TEST_CASE("the suite of clusters takes no points of one's own", "[validation]") {
  SuiteOptions options;
  options.points = "mine.csv";
  const auto result = offload::runOffloadSuite(options);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().front().where.file == "mine.csv");
  CHECK(result.error().front().what == "the suite offload takes no points of one's own");
}

#include "tests/validation/scratch_file.hpp"
#include "validation/suite.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;

TEST_CASE("suites are found by name, and a wrong name is answered with the nearest",
          "[validation]") {
  REQUIRE_FALSE(suites().empty());
  for (const auto& suite : suites()) {
    CHECK_FALSE(suite.summary.empty());
    const auto found = findSuite(suite.name);
    REQUIRE(found);
    CHECK(*found == &suite);
  }
  const auto typo = findSuite("fusemx");
  REQUIRE_FALSE(typo);
  CHECK(typo.error().front().what == "there is no suite 'fusemx'");
  CHECK(typo.error().front().help.find("did you mean 'fusemax'?") == 0);
}

#include "validation/pattern.hpp"

#include <catch2/catch.hpp>

using einsight::validation::matches;

TEST_CASE("a star of a pattern stands for any text, also for none", "[validation]") {
  CHECK(matches("H100 SXM5 80GB", "H100*"));
  CHECK(matches("H100", "H100*"));
  CHECK(matches("8xA100", "*xA1*"));
  CHECK_FALSE(matches("A100", "H100*"));
  CHECK_FALSE(matches("H100 PCIe", "H100"));
  CHECK(matches("", "*"));
  CHECK_FALSE(matches("", "a"));
}

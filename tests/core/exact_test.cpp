#include "core/exact.hpp"

#include <catch2/catch.hpp>

#include <limits>

using einsight::core::exactWhole;

TEST_CASE("Whole numbers below 2^53 are whole, nothing else is", "[core]") {
  CHECK(exactWhole(-3) == -3);
  CHECK(exactWhole(0x1p53 - 1) == (std::int64_t{1} << 53) - 1);
  CHECK_FALSE(exactWhole(0x1p53));
  CHECK_FALSE(exactWhole(-0x1p60));
  CHECK_FALSE(exactWhole(0.5));
  CHECK_FALSE(exactWhole(std::numeric_limits<double>::infinity()));
  CHECK_FALSE(exactWhole(std::numeric_limits<double>::quiet_NaN()));
}

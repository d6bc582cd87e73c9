#include "validation/compare.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;

TEST_CASE("errors are relative to the reference, also where it is zero", "[validation]") {
  CHECK(relativeError(110, 100) == Approx(0.1));
  CHECK(relativeError(90, 100) == Approx(-0.1));
  CHECK(relativeError(0, 0) == 0);
  CHECK(relativeError(3, 0) == 1);
  CHECK(relativeError(-3, 0) == -1);
}

TEST_CASE("numbers are rounded to the decimals that were printed", "[validation]") {
  CHECK(roundedLike(3.2727, "3.3") == Approx(3.3));
  CHECK(roundedLike(3.2727, "3") == 3);
  CHECK(roundedLike(3.2727, "3.00") == Approx(3.27));
}

#include "core/random.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight::core;

TEST_CASE("Drawn numbers are those of the published generator", "[core]") {
  Draw draw(1234567); // the reference implementation's first numbers for this seed
  CHECK(draw.next() == 6457827717110365317U);
  CHECK(draw.next() == 3203168211198807973U);
  CHECK(draw.next() == 9817491932198370423U);
}

TEST_CASE("Drawn numbers lie where they are said to, with the mean of a uniform one", "[core]") {
  Draw draw(3);
  double sum = 0, squares = 0, normal = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const double real = draw.real();
    const double first = draw.inside();
    CHECK_FALSE((real < 0 || real >= 1 || first <= 0 || first >= 1 || draw.below(7) >= 7));
    sum += real;
    normal = normalOf(first, draw.inside());
    squares += normal * normal;
  }
  CHECK(sum / kCount == Approx(0.5).margin(0.01));
  CHECK(squares / kCount == Approx(1).margin(0.03));
}

TEST_CASE("A normal number is made of the radius and the angle", "[core]") {
  CHECK(normalOf(1, 0.3) == Approx(0).margin(1e-12));
  CHECK(normalOf(std::exp(-2.0), 0) == Approx(2));
  CHECK(normalOf(std::exp(-2.0), 0.5) == Approx(-2));
  CHECK(normalOf(std::exp(-2.0), 0.25) == Approx(0).margin(1e-12));
}

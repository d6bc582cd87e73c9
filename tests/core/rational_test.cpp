#include "core/rational.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <rapidcheck.h>
#include <stdexcept>

using einsight::core::commonDivisor;
using einsight::core::Rational;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

/// Fractions small enough that sums of products of three stay within 64 bits.
Rational smallFraction() {
  return {*rc::gen::inRange(-1000, 1000), *rc::gen::inRange(1, 1000)};
}

} // namespace

TEST_CASE("a fraction is kept in lowest terms with a positive denominator", "[core]") {
  CHECK(Rational(6, -4).numerator() == -3);
  CHECK(Rational(6, -4).denominator() == 2);
  CHECK(Rational(0, -7) == Rational(0));
  CHECK(Rational(0, -7).denominator() == 1);
  CHECK(Rational(kLeast, kLeast) == Rational(1));
}

TEST_CASE("a bandwidth in bytes per cycle is exact", "[core]") {
  const Rational bytesPerSecond = Rational(400) * Rational(std::int64_t{1} << 30);
  const Rational perCycle = bytesPerSecond / Rational(940'000'000);
  CHECK(perCycle.toString() == "67108864/146875");
  CHECK(perCycle.toDouble() == Approx(456.9114).epsilon(1e-6));
}

TEST_CASE("floor and ceil round towards their own infinity", "[core]") {
  CHECK(Rational(7, 2).floor() == 3);
  CHECK(Rational(7, 2).ceil() == 4);
  CHECK(Rational(-7, 2).floor() == -4);
  CHECK(Rational(-7, 2).ceil() == -3);
  CHECK(Rational(-4).floor() == -4);
  CHECK(Rational(4).ceil() == 4);
  CHECK(Rational(kLeast).floor() == kLeast);
  CHECK(Rational(kMost).ceil() == kMost);
}

TEST_CASE("a fraction is printed as people write it", "[core]") {
  CHECK(Rational(3).toString() == "3");
  CHECK(Rational(-1, 3).toString() == "-1/3");
  CHECK(Rational(6, 3).isWhole());
  CHECK_FALSE(Rational(1, 3).isWhole());
}

TEST_CASE("a result beyond 64 bits throws, and one that just fits does not", "[core]") {
  CHECK(Rational(kMost - 1) + Rational(1) == Rational(kMost));
  CHECK_THROWS_AS(Rational(kMost) + Rational(1), std::overflow_error);
  CHECK(Rational(kLeast + 1) - Rational(1) == Rational(kLeast));
  CHECK_THROWS_AS(Rational(kLeast) - Rational(1), std::overflow_error);
  CHECK(Rational(kMost) * Rational(2, 2) == Rational(kMost));
  CHECK_THROWS_AS(Rational(kMost) * Rational(2), std::overflow_error);
  CHECK_THROWS_AS(Rational(kLeast, -1), std::overflow_error);
  CHECK_THROWS_AS(Rational(1, kMost) / Rational(2), std::overflow_error);
}

TEST_CASE("wide intermediates do not spoil a small result", "[core]") {
  CHECK(Rational(kMost, 3) * Rational(3, kMost) == Rational(1));
  CHECK(Rational(1, kMost) + Rational(-1, kMost) == Rational(0));
  CHECK(Rational(kMost, kMost - 1) > Rational(1));
  CHECK(Rational(kMost - 1, kMost) < Rational(1));
}

TEST_CASE("the common divisor is the largest step that reaches both", "[core]") {
  CHECK(commonDivisor(Rational(12), Rational(18)) == Rational(6));
  CHECK(commonDivisor(Rational(1, 2), Rational(1, 3)) == Rational(1, 6));
  CHECK(commonDivisor(Rational(3, 2), Rational(9, 4)) == Rational(3, 4));
}

TEST_CASE("fractions obey the laws of a field and of order", "[core]") {
  const bool holds = rc::check("laws of Rational", [] {
    const Rational a = smallFraction();
    const Rational b = smallFraction();
    const Rational c = smallFraction();
    RC_ASSERT(a + b == b + a);
    RC_ASSERT((a + b) + c == a + (b + c));
    RC_ASSERT(a * (b + c) == a * b + a * c);
    RC_ASSERT((a - b) + b == a);
    if (b != Rational(0)) { // RC_ASSERT evaluates both sides of ||
      RC_ASSERT((a / b) * b == a);
    }
    RC_ASSERT((a < b) == (Rational(0) < b - a));
    RC_ASSERT(Rational(a.floor()) <= a);
    RC_ASSERT(a < Rational(a.floor() + 1));
    RC_ASSERT(a.ceil() - a.floor() == (a.isWhole() ? 0 : 1));
  });
  CHECK(holds);
}

TEST_CASE("both numbers are whole multiples of their common divisor, with no common factor left",
          "[core]") {
  const bool holds = rc::check("law of commonDivisor", [] {
    const Rational a(*rc::gen::inRange(1, 10000), *rc::gen::inRange(1, 10000));
    const Rational b(*rc::gen::inRange(1, 10000), *rc::gen::inRange(1, 10000));
    const Rational step = commonDivisor(a, b);
    RC_ASSERT((a / step).isWhole());
    RC_ASSERT((b / step).isWhole());
    RC_ASSERT(commonDivisor(a / step, b / step) == Rational(1));
  });
  CHECK(holds);
}

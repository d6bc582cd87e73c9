#include "core/decimal.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using einsight::core::Rational;
using einsight::core::readDecimal;

TEST_CASE("a decimal number is read exactly and its length is known", "[core]") {
  CHECK(readDecimal("12 ns")->value == Rational(12));
  CHECK(readDecimal("12 ns")->length == 2);
  CHECK(readDecimal("17.1645")->value == Rational(171645, 10000));
  CHECK(readDecimal(".5")->value == Rational(1, 2));
  CHECK(readDecimal("3e-4x")->value == Rational(3, 10000));
  CHECK(readDecimal("3e-4x")->length == 4);
  CHECK(readDecimal("2.5E+3")->value == Rational(2500));
  CHECK(readDecimal("010")->value == Rational(10));
  CHECK(readDecimal("1.50000000000000000000000000")->value == Rational(3, 2));
  CHECK(readDecimal("0e999")->value == Rational(0));
}

TEST_CASE("what does not continue a number is left over", "[core]") {
  CHECK(readDecimal("1.")->length == 1);
  CHECK(readDecimal("2em")->length == 1);
  CHECK(readDecimal("2e+")->length == 1);
  CHECK(readDecimal("1.2.3")->length == 3);
}

TEST_CASE("what does not begin with a number is none", "[core]") {
  CHECK_FALSE(readDecimal(""));
  CHECK_FALSE(readDecimal("."));
  CHECK_FALSE(readDecimal("-1"));
  CHECK_FALSE(readDecimal("e3"));
}

TEST_CASE("a number that no fraction of 64 bits equals has a length and no value", "[core]") {
  CHECK(readDecimal("9223372036854775807")->value == Rational(9223372036854775807));
  for (const char* text : {"9223372036854775808", "1e19", "0.1234567890123456789", "1e-19",
                           "1e99999999999999999999"}) {
    const auto number = readDecimal(text);
    REQUIRE(number);
    CHECK_FALSE(number->value);
    CHECK(number->length == std::string_view(text).size());
  }
}

TEST_CASE("a whole number that is printed is read back", "[core]") {
  const bool holds = rc::check("print and read", [](std::int64_t any) {
    const std::int64_t value = any < 0 ? -(any + 1) : any;
    RC_ASSERT(readDecimal(std::to_string(value))->value == Rational(value));
  });
  CHECK(holds);
}

#include "core/rational.hpp"

#include "core/invariant.hpp"

#include <limits>
#include <numeric>
#include <stdexcept>

namespace einsight::core {
namespace {

__extension__ using Wide = __int128; // a product of two 64-bit values, or the sum of two, fits

std::int64_t narrow(Wide value) {
  if (value > std::numeric_limits<std::int64_t>::max() ||
      value < std::numeric_limits<std::int64_t>::min()) {
    throw std::overflow_error("a number does not fit 64 bits");
  }
  return static_cast<std::int64_t>(value);
}

Wide greatestCommonDivisor(Wide a, Wide b) {
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

struct Parts {
  std::int64_t numerator;
  std::int64_t denominator;
};

Parts reduce(Wide numerator, Wide denominator) {
  const Wide divisor = greatestCommonDivisor(numerator, denominator);
  const Wide signedDivisor = denominator < 0 ? -divisor : divisor;
  return {narrow(numerator / signedDivisor), narrow(denominator / signedDivisor)};
}

Rational fromWide(Wide numerator, Wide denominator) {
  const auto [n, d] = reduce(numerator, denominator);
  return {n, d};
}

} // namespace

Rational::Rational(std::int64_t numerator, std::int64_t denominator) {
  EINSIGHT_INVARIANT(denominator != 0, "a fraction needs a denominator that is not zero");
  const auto [n, d] = reduce(numerator, denominator);
  numerator_ = n;
  denominator_ = d;
}

double Rational::toDouble() const {
  return static_cast<double>(numerator_) / static_cast<double>(denominator_);
}

std::int64_t Rational::floor() const {
  const std::int64_t quotient = numerator_ / denominator_;
  return numerator_ % denominator_ < 0 ? quotient - 1 : quotient;
}

std::int64_t Rational::ceil() const {
  const std::int64_t quotient = numerator_ / denominator_;
  return numerator_ % denominator_ > 0 ? quotient + 1 : quotient;
}

std::string Rational::toString() const {
  return isWhole() ? std::to_string(numerator_)
                   : std::to_string(numerator_) + "/" + std::to_string(denominator_);
}

Rational operator+(const Rational& a, const Rational& b) {
  return fromWide(Wide{a.numerator_} * b.denominator_ + Wide{b.numerator_} * a.denominator_,
                  Wide{a.denominator_} * b.denominator_);
}

Rational operator-(const Rational& a, const Rational& b) {
  return fromWide(Wide{a.numerator_} * b.denominator_ - Wide{b.numerator_} * a.denominator_,
                  Wide{a.denominator_} * b.denominator_);
}

Rational operator*(const Rational& a, const Rational& b) {
  return fromWide(Wide{a.numerator_} * b.numerator_, Wide{a.denominator_} * b.denominator_);
}

Rational operator/(const Rational& a, const Rational& b) {
  EINSIGHT_INVARIANT(b.numerator_ != 0, "division by zero");
  return fromWide(Wide{a.numerator_} * b.denominator_, Wide{a.denominator_} * b.numerator_);
}

std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
  const Wide left = Wide{a.numerator_} * b.denominator_;
  const Wide right = Wide{b.numerator_} * a.denominator_;
  return left < right    ? std::strong_ordering::less
         : left == right ? std::strong_ordering::equal
                         : std::strong_ordering::greater;
}

Rational commonDivisor(const Rational& a, const Rational& b) {
  EINSIGHT_INVARIANT(a > Rational(0) && b > Rational(0), "only positive numbers have one");
  // With both in lowest terms: gcd of the numerators over lcm of the denominators.
  const Wide multiple =
      Wide{a.denominator()} / std::gcd(a.denominator(), b.denominator()) * b.denominator();
  return fromWide(std::gcd(a.numerator(), b.numerator()), multiple);
}

} // namespace einsight::core

#pragma once
#include <compare>
#include <cstdint>
#include <string>

namespace einsight::core {

/// An exact fraction in lowest terms with a positive denominator.
/// Intermediates are 128 bits wide; a result that does not fit 64 bits throws std::overflow_error,
/// which the readers and the lowering turn into a Problem.
class Rational {
public:
  constexpr Rational() = default;
  Rational(std::int64_t whole) : numerator_(whole) {} // NOLINT(google-explicit-constructor)
  /// Precondition: denominator is not zero.
  Rational(std::int64_t numerator, std::int64_t denominator);

  [[nodiscard]] std::int64_t numerator() const { return numerator_; }
  [[nodiscard]] std::int64_t denominator() const { return denominator_; }
  [[nodiscard]] bool isWhole() const { return denominator_ == 1; }
  /// The nearest double, up to one rounding of each part and one of the division.
  [[nodiscard]] double toDouble() const;
  /// The largest whole number that is not above.
  [[nodiscard]] std::int64_t floor() const;
  /// The smallest whole number that is not below.
  [[nodiscard]] std::int64_t ceil() const;
  /// "3", "1/3".
  [[nodiscard]] std::string toString() const;

  friend Rational operator+(const Rational& a, const Rational& b);
  friend Rational operator-(const Rational& a, const Rational& b);
  friend Rational operator*(const Rational& a, const Rational& b);
  /// Precondition: b is not zero.
  friend Rational operator/(const Rational& a, const Rational& b);
  friend bool operator==(const Rational& a, const Rational& b) = default;
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b);

private:
  std::int64_t numerator_ = 0;
  std::int64_t denominator_ = 1;
};

/// The largest r such that a and b are whole multiples of r. Both must be positive.
Rational commonDivisor(const Rational& a, const Rational& b);

} // namespace einsight::core

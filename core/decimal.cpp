#include "core/decimal.hpp"

#include <charconv>
#include <stdexcept>

namespace einsight::core {
namespace {

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digitsFrom(std::string_view text, std::size_t at) {
  while (at < text.size() && isDigit(text[at])) {
    ++at;
  }
  return at;
}

/// Where the exponent at `at` ends; `at` itself when there is none.
std::size_t exponentEnd(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) {
    return at;
  }
  std::size_t digits = at + 1;
  if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) {
    ++digits;
  }
  const std::size_t end = digitsFrom(text, digits);
  return end > digits ? end : at;
}

constexpr int kLargestExponent = 18; // 10^19 does not fit 64 bits

Rational powerOfTen(int exponent) {
  if (exponent > kLargestExponent || exponent < -kLargestExponent) {
    throw std::overflow_error("exponent");
  }
  std::int64_t power = 1;
  for (int i = 0; i < (exponent < 0 ? -exponent : exponent); ++i) {
    power *= 10;
  }
  return exponent < 0 ? Rational(1, power) : Rational(power);
}

/// Exact value of digits [0, dot), digits (dot, mantissa) and an exponent text such as "e-4".
Rational valueOf(std::string_view whole, std::string_view fraction, std::string_view exponent) {
  std::string_view trimmed = fraction;
  while (!trimmed.empty() && trimmed.back() == '0') {
    trimmed.remove_suffix(1);
  }
  Rational value;
  for (const char digit : whole) {
    value = value * Rational(10) + Rational(digit - '0');
  }
  if (trimmed.size() > static_cast<std::size_t>(kLargestExponent)) {
    throw std::overflow_error("fraction");
  }
  std::int64_t numerator = 0;
  for (const char digit : trimmed) {
    numerator = numerator * 10 + (digit - '0');
  }
  value = value + Rational(numerator) * powerOfTen(-static_cast<int>(trimmed.size()));
  if (!exponent.empty()) {
    exponent.remove_prefix(exponent.size() > 1 && exponent[1] == '+' ? 2 : 1);
    int power = 0;
    const auto parsed = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
    if (parsed.ec != std::errc{}) {
      throw std::overflow_error("exponent");
    }
    value = value == Rational(0) ? value : value * powerOfTen(power);
  }
  return value;
}

} // namespace

std::optional<Decimal> readDecimal(std::string_view text) {
  const std::size_t wholeEnd = digitsFrom(text, 0);
  std::size_t mantissaEnd = wholeEnd;
  if (wholeEnd + 1 < text.size() && text[wholeEnd] == '.' && isDigit(text[wholeEnd + 1])) {
    mantissaEnd = digitsFrom(text, wholeEnd + 1);
  }
  if (mantissaEnd == 0) {
    return std::nullopt;
  }
  const std::size_t end = exponentEnd(text, mantissaEnd);
  const auto fraction = mantissaEnd > wholeEnd
                            ? text.substr(wholeEnd + 1, mantissaEnd - wholeEnd - 1)
                            : std::string_view{};
  try {
    return Decimal{
        valueOf(text.substr(0, wholeEnd), fraction, text.substr(mantissaEnd, end - mantissaEnd)),
        end};
  } catch (const std::overflow_error&) { return Decimal{std::nullopt, end}; }
}

} // namespace einsight::core

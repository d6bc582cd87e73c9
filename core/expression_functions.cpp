#include "core/detail/expression_node.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace einsight::core {
namespace {

using Arguments = std::span<const Rational>;

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
constexpr std::int64_t kLargestFactored = std::int64_t{1} << 40; // a million trial divisions

Rational truth(bool value) {
  return Rational(value ? 1 : 0);
}

Rational divide(const Rational& a, const Rational& b) {
  if (b == Rational(0)) {
    throw EvaluationError{"division by zero"};
  }
  return a / b;
}

Rational remainder(const Rational& a, const Rational& b) {
  return a - b * Rational(divide(a, b).floor());
}

std::int64_t positiveWhole(const Rational& value, const char* function) {
  if (!value.isWhole() || value < Rational(1)) {
    throw EvaluationError{std::string(function) + " takes whole numbers from 1, not " +
                          value.toString()};
  }
  return value.numerator();
}

Rational largestDivisor(Arguments a) {
  const std::int64_t n = positiveWhole(a[0], "largest_divisor");
  const std::int64_t limit = std::min(positiveWhole(a[1], "largest_divisor"), n);
  if (n > kLargestFactored) {
    throw EvaluationError{"largest_divisor takes numbers up to 1024G, not " + std::to_string(n)};
  }
  for (std::int64_t cofactor = (n + limit - 1) / limit; cofactor <= n / cofactor; ++cofactor) {
    if (n % cofactor == 0) {
      return n / cofactor;
    }
  }
  // No divisor above the square root is left: its cofactor would have been found.
  auto divisor = std::min(limit, static_cast<std::int64_t>(std::sqrt(static_cast<double>(n))));
  while (n % divisor != 0) {
    --divisor;
  }
  return divisor;
}

Rational log2(Arguments a) {
  const auto exponentOf = [&](std::int64_t value) {
    if (value <= 0 || !std::has_single_bit(static_cast<std::uint64_t>(value))) {
      throw EvaluationError{"log2 takes powers of two, not " + a[0].toString()};
    }
    return std::countr_zero(static_cast<std::uint64_t>(value));
  };
  return exponentOf(a[0].numerator()) - exponentOf(a[0].denominator());
}

const std::array kOperators{
    ExpressionFunction{"+", 2, 2, [](Arguments a) { return a[0] + a[1]; }},
    ExpressionFunction{"-", 2, 2, [](Arguments a) { return a[0] - a[1]; }},
    ExpressionFunction{"*", 2, 2, [](Arguments a) { return a[0] * a[1]; }},
    ExpressionFunction{"/", 2, 2, [](Arguments a) { return divide(a[0], a[1]); }},
    ExpressionFunction{"%", 2, 2, [](Arguments a) { return remainder(a[0], a[1]); }},
    ExpressionFunction{"==", 2, 2, [](Arguments a) { return truth(a[0] == a[1]); }},
    ExpressionFunction{"!=", 2, 2, [](Arguments a) { return truth(a[0] != a[1]); }},
    ExpressionFunction{"<", 2, 2, [](Arguments a) { return truth(a[0] < a[1]); }},
    ExpressionFunction{"<=", 2, 2, [](Arguments a) { return truth(a[0] <= a[1]); }},
    ExpressionFunction{">", 2, 2, [](Arguments a) { return truth(a[0] > a[1]); }},
    ExpressionFunction{">=", 2, 2, [](Arguments a) { return truth(a[0] >= a[1]); }},
    ExpressionFunction{"and", 2, 2, nullptr},
    ExpressionFunction{"or", 2, 2, nullptr},
    ExpressionFunction{"not", 1, 1, [](Arguments a) { return truth(a[0] == Rational(0)); }},
    ExpressionFunction{"neg", 1, 1, [](Arguments a) { return Rational(0) - a[0]; }},
};

const std::array kFunctions{
    ExpressionFunction{"ceil", 1, 1, [](Arguments a) { return Rational(a[0].ceil()); }},
    ExpressionFunction{"floor", 1, 1, [](Arguments a) { return Rational(a[0].floor()); }},
    ExpressionFunction{"min", 1, kAny, [](Arguments a) { return *std::ranges::min_element(a); }},
    ExpressionFunction{"max", 1, kAny, [](Arguments a) { return *std::ranges::max_element(a); }},
    ExpressionFunction{"if", 3, 3, nullptr},
    ExpressionFunction{"divides", 2, 2,
                       [](Arguments a) { return truth(divide(a[1], a[0]).isWhole()); }},
    ExpressionFunction{"largest_divisor", 2, 2, largestDivisor},
    ExpressionFunction{"log2", 1, 1, log2},
};

const ExpressionFunction* find(std::span<const ExpressionFunction> rows, std::string_view name) {
  const auto row = std::ranges::find(rows, name, &ExpressionFunction::name);
  return row == rows.end() ? nullptr : &*row;
}

} // namespace

const ExpressionFunction* findOperator(std::string_view symbol) {
  return find(kOperators, symbol);
}

const ExpressionFunction* findFunction(std::string_view name) {
  return find(kFunctions, name);
}

std::vector<std::string> functionNames() {
  std::vector<std::string> names;
  names.reserve(kFunctions.size());
  for (const auto& function : kFunctions) {
    names.emplace_back(function.name);
  }
  return names;
}

} // namespace einsight::core

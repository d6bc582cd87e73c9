#include "core/expression.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <rapidcheck.h>

using namespace einsight::core;

namespace {

std::optional<Rational> lookup(std::string_view name) {
  static const std::map<std::string, Rational, std::less<>> values{
      {"L", 4096}, {"M0", 256}, {"array_2d.rows", 16}, {"zero", 0}};
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

Rational valueOf(const std::string& text) {
  const auto parsed = Expression::parse(text);
  INFO(text);
  REQUIRE(parsed);
  const auto value = parsed->evaluate(lookup);
  REQUIRE(value);
  return *value;
}

std::string evaluationError(const std::string& text) {
  const auto parsed = Expression::parse(text);
  REQUIRE(parsed);
  const auto value = parsed->evaluate(lookup);
  return value ? "no error" : value.error();
}

} // namespace

TEST_CASE("arithmetic is exact and binds as usual", "[core]") {
  CHECK(valueOf("1 + 2 * 3") == Rational(7));
  CHECK(valueOf("(1 + 2) * 3") == Rational(9));
  CHECK(valueOf("10 - 4 - 3") == Rational(3));
  CHECK(valueOf("1/3 + 1/6") == Rational(1, 2));
  CHECK(valueOf("2 * 7 % 4") == Rational(2));
  CHECK(valueOf("-7 % 4") == Rational(1));
  CHECK(valueOf("-2 - -3") == Rational(1));
  CHECK(valueOf("1.5e1 * 2") == Rational(30));
}

TEST_CASE("suffixes of numbers are binary", "[core]") {
  CHECK(valueOf("64K") == Rational(65536));
  CHECK(valueOf("1.5K") == Rational(1536));
  CHECK(valueOf("2M / 1K") == Rational(2048));
  CHECK(valueOf("1G") == Rational(1073741824));
}

TEST_CASE("names may contain digits, underscores and dots", "[core]") {
  CHECK(valueOf("L / M0 * array_2d.rows") == Rational(256));
  CHECK(Expression::parse("L/M0 + f.x * L - min(a, 2)")->names() ==
        std::set<std::string>{"L", "M0", "a", "f.x"});
  CHECK(Expression::parse(" L / M0 ")->text() == " L / M0 ");
}

TEST_CASE("comparisons and logic give 1 or 0", "[core]") {
  CHECK(valueOf("2 < 3") == Rational(1));
  CHECK(valueOf("2 >= 3") == Rational(0));
  CHECK(valueOf("1/2 == 2/4 and 1 != 2") == Rational(1));
  CHECK(valueOf("not 5") == Rational(0));
  CHECK(valueOf("not 1 > 2 or 0") == Rational(1));
  CHECK(valueOf("0 and 1 or 7") == Rational(1));
}

TEST_CASE("what is not needed is not evaluated", "[core]") {
  CHECK(valueOf("if(zero == 0, 1, 1 / zero)") == Rational(1));
  CHECK(valueOf("if(zero, 1 / zero, 2)") == Rational(2));
  CHECK(valueOf("0 and 1 / zero") == Rational(0));
  CHECK(valueOf("1 or nobody") == Rational(1));
}

TEST_CASE("functions round, choose and factor", "[core]") {
  CHECK(valueOf("ceil(7/2) + floor(-7/2)") == Rational(0));
  CHECK(valueOf("min(3, 1, 2)") == Rational(1));
  CHECK(valueOf("max(3)") == Rational(3));
  CHECK(valueOf("divides(M0, L)") == Rational(1));
  CHECK(valueOf("divides(3, L)") == Rational(0));
  CHECK(valueOf("log2(L)") == Rational(12));
  CHECK(valueOf("log2(1/4)") == Rational(-2));
  CHECK(valueOf("largest_divisor(L, 100)") == Rational(64));
  CHECK(valueOf("largest_divisor(12, 5)") == Rational(4));
  CHECK(valueOf("largest_divisor(13, 12)") == Rational(1));
  CHECK(valueOf("largest_divisor(1024G - 87, 1024G - 88)") == Rational(1));
  CHECK(valueOf("largest_divisor(9888888886, 1)") == Rational(1));
}

TEST_CASE("largest_divisor agrees with trying every number", "[core]") {
  const bool holds = rc::check("largest_divisor", [] {
    const int n = *rc::gen::inRange(1, 500);
    const int limit = *rc::gen::inRange(1, 600);
    int best = 1;
    for (int d = 1; d <= std::min(n, limit); ++d) {
      best = n % d == 0 ? d : best;
    }
    RC_ASSERT(valueOf("largest_divisor(" + std::to_string(n) + ", " + std::to_string(limit) +
                      ")") == Rational(best));
  });
  CHECK(holds);
}

TEST_CASE("a constant and the default need no names", "[core]") {
  const auto nothing = [](std::string_view) { return std::optional<Rational>(); };
  CHECK(Expression::constant(Rational(-1, 3)).evaluate(nothing) == Rational(-1, 3));
  CHECK(Expression::constant(Rational(-1, 3)).text() == "-1/3");
  CHECK(Expression().evaluate(nothing) == Rational(0));
  CHECK(Expression().text() == "0");
  CHECK(Expression().names().empty());
}

TEST_CASE("an evaluation that has no value says why", "[core]") {
  CHECK(evaluationError("L + M2") == "unknown name 'M2'");
  CHECK(evaluationError("1 / zero") == "division by zero");
  CHECK(evaluationError("1 % zero") == "division by zero");
  CHECK(evaluationError("divides(zero, 1)") == "division by zero");
  CHECK(evaluationError("8G * 8G") == "overflow: a value does not fit 64 bits");
  CHECK(evaluationError("log2(12)") == "log2 takes powers of two, not 12");
  CHECK(evaluationError("log2(0)") == "log2 takes powers of two, not 0");
  CHECK(evaluationError("largest_divisor(1/2, 3)") ==
        "largest_divisor takes whole numbers from 1, not 1/2");
  CHECK(evaluationError("largest_divisor(4, zero)") ==
        "largest_divisor takes whole numbers from 1, not 0");
  CHECK(evaluationError("largest_divisor(1025G, 1)") ==
        "largest_divisor takes numbers up to 1024G, not 1100585369600");
}

TEST_CASE("a text that is no expression is answered with the column", "[core]") {
  const std::map<std::string, std::string> errors{
      {"", "column 1: expected a value, found the end"},
      {"ceil(L/)", "column 8: expected a value, found ')'"},
      {"2 +", "column 4: expected a value, found the end"},
      {"2 3", "column 3: expected an operator or the end, found '3'"},
      {"L M0", "column 3: expected an operator or the end, found 'M0'"},
      {"(1", "column 3: expected ')', found the end"},
      {"max(1 2)", "column 7: expected ')', found '2'"},
      {"max()", "column 5: expected a value, found ')'"},
      {"2 ** 3", "column 4: expected a value, found '*'"},
      {"L = 3", "column 3: write == to compare"},
      {"1 < 2 < 3", "column 7: comparisons do not chain; write (a < b) and (b < c)"},
      {"12abc", "column 1: '12abc' is not a number (K, M and G may follow one, and are binary)"},
      {"64KB", "column 1: '64KB' is not a number (K, M and G may follow one, and are binary)"},
      {"1.2.3", "column 1: '1.2.3' is not a number (K, M and G may follow one, and are binary)"},
      {"a. + 1", "column 2: the name 'a.' ends with a dot"},
      {"and 1", "column 1: expected a value, found 'and'"},
      {"1 + é", "column 5: expected a value, found 'é'"},
      {"ciel(3)", "column 1: unknown function 'ciel'; did you mean 'ceil'? (one of: ceil, floor, "
                  "min, max, if, divides, largest_divisor, log2)"},
      {"if(1, 2)", "column 1: if takes 3 arguments, not 2"},
      {"ceil(1, 2)", "column 1: ceil takes 1 argument, not 2"},
      {"1e19", "column 1: 1e19 does not fit an exact fraction of 64 bits"},
      {"9007199254740992G",
       "column 1: 9007199254740992G does not fit an exact fraction of 64 bits"}};
  for (const auto& [text, error] : errors) {
    const auto parsed = Expression::parse(text);
    INFO(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == error);
  }
}

TEST_CASE("a text may be nested 64 deep and 4096 characters long, and no more", "[core]") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '(') + "1" + std::string(levels, ')');
  };
  CHECK(valueOf(nested(63)) == Rational(1));
  CHECK(Expression::parse(nested(64)).error() == "column 65: nested deeper than 64 levels");
  CHECK(Expression::parse(std::string(2000, '-') + "1").error() ==
        "column 128: nested deeper than 64 levels");
  CHECK(valueOf(std::string(4095, ' ') + "1") == Rational(1));
  CHECK(Expression::parse(std::string(4096, ' ') + "1").error() ==
        "an expression has at most 4096 characters, not 4097");
}

namespace {

struct Sample {
  std::string text;
  Rational value;
};

/// A random expression, fully parenthesised, together with its value by another way.
Sample randomSample(int depth) {
  if (depth == 0 || *rc::gen::inRange(0, 4) == 0) {
    const int number = *rc::gen::inRange(0, 20);
    return {std::to_string(number), number};
  }
  const Sample a = randomSample(depth - 1);
  const Sample b = randomSample(depth - 1);
  switch (*rc::gen::inRange(0, 7)) {
  case 0:
    return {"(" + a.text + "+" + b.text + ")", a.value + b.value};
  case 1:
    return {"(" + a.text + " - " + b.text + ")", a.value - b.value};
  case 2:
    return {a.text + "*" + b.text, a.value * b.value};
  case 3:
    return {"max(" + a.text + "," + b.text + ")", std::max(a.value, b.value)};
  case 4:
    return {"(" + a.text + "<" + b.text + ")", a.value < b.value ? 1 : 0};
  case 5:
    return {"-" + a.text, Rational(0) - a.value};
  default:
    return b.value == Rational(0) ? Sample{"floor(" + a.text + ")", a.value.floor()}
                                  : Sample{"(" + a.text + "/(" + b.text + "))", a.value / b.value};
  }
}

} // namespace

TEST_CASE("a random expression has the value that its parts give", "[core]") {
  const bool holds = rc::check("value of an expression", [] {
    const Sample sample = randomSample(3);
    RC_ASSERT(valueOf("(" + sample.text + ")") == sample.value);
  });
  CHECK(holds);
}

TEST_CASE("any text is either an expression or refused with a sentence", "[core]") {
  const bool holds = rc::check("no text breaks the parser", [](const std::string& text) {
    const auto parsed = Expression::parse(text);
    RC_ASSERT((parsed ? parsed->text() == text : parsed.error().starts_with("column ")));
  });
  CHECK(holds);
}

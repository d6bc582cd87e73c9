#include "einsum/operators.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>
#include <set>

using namespace einsight::einsum;

namespace {

double evaluate(std::string_view name, std::vector<double> operands) {
  const Operator* row = findOperator(name);
  REQUIRE(row != nullptr);
  REQUIRE(operands.size() == static_cast<std::size_t>(row->operands));
  return row->evaluate(operands);
}

} // namespace

TEST_CASE("every operator has a name of its own and a summary", "[einsum]") {
  std::set<std::string_view> names;
  for (const Operator& row : operators()) {
    CHECK(names.insert(row.name).second);
    CHECK_FALSE(row.summary.empty());
    CHECK(findOperator(row.name) == &row);
  }
  CHECK(findOperator("maxx") == nullptr);
}

TEST_CASE("every operator that can be called evaluates", "[einsum]") {
  for (const Operator& row : operators()) {
    INFO(row.name);
    CHECK((row.operands == 0 || row.evaluate != nullptr));
    CHECK((!row.reduces || row.evaluate != nullptr));
  }
}

TEST_CASE("a reduction leaves a value alone when it is combined with the identity", "[einsum]") {
  const double value = GENERATE(-2.5, 0.0, 3.0);
  for (const std::string& name : reductionNames()) {
    const Operator* row = findOperator(name);
    INFO(name);
    CHECK(row->evaluate(std::vector{row->identity, value}) == value);
  }
}

TEST_CASE("a right operand that is absent counts as nothing subtracted and divided by one",
          "[einsum]") {
  CHECK(evaluate("sub", {7, findOperator("sub")->identity}) == 7);
  CHECK(evaluate("div", {7, findOperator("div")->identity}) == 7);
}

TEST_CASE("arithmetic operators compute what their names say", "[einsum]") {
  CHECK(evaluate("add", {2, 3}) == 5);
  CHECK(evaluate("sub", {2, 3}) == -1);
  CHECK(evaluate("mul", {2, 3}) == 6);
  CHECK(evaluate("div", {3, 2}) == 1.5);
  CHECK(evaluate("max", {2, 3}) == 3);
  CHECK(evaluate("min", {2, 3}) == 2);
  CHECK(evaluate("neg", {2}) == -2);
  CHECK(evaluate("abs", {-2}) == 2);
  CHECK(evaluate("square", {-3}) == 9);
  CHECK(evaluate("recip", {4}) == 0.25);
}

TEST_CASE("functions compute what their names say", "[einsum]") {
  CHECK(evaluate("exp", {1}) == Approx(2.718281828459045));
  CHECK(evaluate("exp2", {3}) == 8);
  CHECK(evaluate("log", {std::exp(2.0)}) == Approx(2));
  CHECK(evaluate("sqrt", {9}) == 3);
  CHECK(evaluate("rsqrt", {4}) == 0.5);
  CHECK(evaluate("relu", {-1}) == 0);
  CHECK(evaluate("relu", {2}) == 2);
  CHECK(evaluate("sigmoid", {0}) == 0.5);
  CHECK(evaluate("tanh", {0.5}) == Approx(0.46211715726000975));
  CHECK(evaluate("silu", {1}) == Approx(0.7310585786300049));
  CHECK(evaluate("gelu", {1}) == Approx(0.8413447460685429));
  CHECK(evaluate("sin", {std::numbers::pi / 2}) == Approx(1));
  CHECK(evaluate("cos", {std::numbers::pi}) == Approx(-1));
}

TEST_CASE("whole parts and remainders are those of the floor", "[einsum]") {
  CHECK(evaluate("floor", {2.9}) == 2);
  CHECK(evaluate("floor", {-2.1}) == -3);
  CHECK(evaluate("round", {2.5}) == 3);
  CHECK(evaluate("round", {-2.4}) == -2);
  CHECK(evaluate("mod", {7, 3}) == 1);
  CHECK(evaluate("mod", {-7, 3}) == 2);
  CHECK(evaluate("pow", {2, 10}) == 1024);
  CHECK(evaluate("pow", {9, 0.5}) == 3);
}

TEST_CASE("comparisons and logic give one or zero", "[einsum]") {
  CHECK(evaluate("less", {1, 2}) == 1);
  CHECK(evaluate("less", {2, 2}) == 0);
  CHECK(evaluate("lessequal", {2, 2}) == 1);
  CHECK(evaluate("lessequal", {3, 2}) == 0);
  CHECK(evaluate("equal", {2, 2}) == 1);
  CHECK(evaluate("equal", {2, 1}) == 0);
  CHECK(evaluate("and", {1, 0}) == 0);
  CHECK(evaluate("and", {1, 2}) == 1);
  CHECK(evaluate("or", {0, 2}) == 1);
  CHECK(evaluate("or", {0, 0}) == 0);
  CHECK(evaluate("select", {1, 5, 6}) == 5);
  CHECK(evaluate("select", {0, 5, 6}) == 6);
}

TEST_CASE("the names of reductions are those that may stand after the double colon", "[einsum]") {
  CHECK(reductionNames() == std::vector<std::string>{"add", "mul", "max", "min", "argmax",
                                                     "scan_add", "scan_mul", "scan_max", "scan_min",
                                                     "topk"});
  CHECK(operatorNames().size() == operators().size());
}

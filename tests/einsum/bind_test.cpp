#include "einsum/bind.hpp"
#include "einsum/walk.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::einsum;

namespace {

const Scope kScope{{{"M0", 256}, {"M", 1000}, {"E", 64}}, {{"m1", 4}, {"m0", 256}, {"p", 1000}}};
const core::Where kPlace{"t.yaml", 3, 5, "einsums[0]"};

std::string problemsOf(const std::string& text) {
  core::Problems problems;
  CHECK_FALSE(bindEinsum({text, kPlace, 0, 0}, kScope, problems).has_value());
  return core::render(problems);
}

std::string indexOf(const std::string& text) {
  core::Problems problems;
  const auto einsum = bindEinsum({"Z[] = X[" + text + "]", kPlace, 0, 0}, kScope, problems);
  return einsum ? toText(einsum->expression.access.indices.at(0)) : core::render(problems);
}

std::vector<Constraint> maskOf(const std::string& text) {
  core::Problems problems;
  auto out = bindMask({text, kPlace, 0, 0}, kScope, problems);
  CHECK(core::render(problems).empty());
  return out;
}

} // namespace

TEST_CASE("parameters in an index become numbers", "[einsum]") {
  CHECK(indexOf("m1*M0+m0") == "m0+256*m1");
  CHECK(indexOf("p - M0") == "p-256");
  CHECK(indexOf("ceil(M/M0)") == "4");
  CHECK(indexOf("floor(M/M0)") == "3");
  CHECK(indexOf("min(M, 12) + max(1, 2)") == "14");
  CHECK(indexOf("2*(p - m1) - p") == "-2*m1+p");
  CHECK(indexOf("p - p") == "0");
  CHECK(indexOf("M0*m1/2") == "128*m1");
}

TEST_CASE("an index that is not affine with whole coefficients is refused", "[einsum]") {
  CHECK(problemsOf("Z[p] = X[p*m1]") ==
        "t.yaml:3:14: error: einsums[0]: a product of two rank variables is not affine\n"
        "  help: an index is a sum of rank variables with constant coefficients\n");
  CHECK(problemsOf("Z[p] = X[p/2]") ==
        "t.yaml:3:14: error: einsums[0]: an index with a fraction is not an element\n"
        "  help: round parameters with ceil or floor: ceil(M/M0)\n");
  CHECK(problemsOf("Z[p] = X[p/0]") == "t.yaml:3:14: error: einsums[0]: division by zero\n");
  CHECK(problemsOf("Z[p] = X[p+1.5]") ==
        "t.yaml:3:16: error: einsums[0]: '1.5' is not a whole number\n"
        "  help: indices and masks are made of whole numbers, parameters and rank variables\n");
  CHECK(problemsOf("Z[p] = X[ceil(p)]") ==
        "t.yaml:3:14: error: einsums[0]: 'ceil' needs constant arguments in an index\n");
  CHECK(problemsOf("Z[p] = X[log2(M)]") ==
        "t.yaml:3:14: error: einsums[0]: unknown function 'log2' in an index\n"
        "  help: one of: ceil, floor, min, max\n");
  CHECK(problemsOf("Z[p] = X[M2]") == "t.yaml:3:14: error: einsums[0]: unknown parameter 'M2'\n"
                                      "  help: did you mean 'M'? (one of: E, M, M0)\n");
  CHECK(problemsOf("Z[p] = X[S[p]+1]") ==
        "t.yaml:3:14: error: einsums[0]: 'S' cannot be part of a larger index\n"
        "  help: an index that is read from a tensor stands alone, as in K[b, S[b,j], e]\n");
  CHECK(problemsOf("Z[p] = X[p*9223372036854775807*M]") ==
        "t.yaml:3:14: error: einsums[0]: a number does not fit 64 bits\n");
}

TEST_CASE("operators are looked up and their operands counted, every mistake at once", "[einsum]") {
  CHECK(
      problemsOf("Z[p] = exq(X[p]) + max(X[p])") ==
      "t.yaml:3:12: error: einsums[0]: unknown operator 'exq'\n"
      "  help: did you mean 'exp'? (one of: add, sub, mul, div, max, min, exp, exp2, log, sqrt, "
      "rsqrt, neg, abs, recip, relu, sigmoid, tanh, silu, gelu, floor, round, mod, pow, sin, cos, "
      "square, select, less, lessequal, equal, and, or)\n"
      "t.yaml:3:24: error: einsums[0]: 'max' takes 2 operands, not 1\n");
  CHECK(problemsOf("Z[p] = X[p,m1] :: mx(m1)") ==
        "t.yaml:3:23: error: einsums[0]: unknown reduction 'mx'\n"
        "  help: did you mean 'max'? (one of: add, mul, max, min, argmax, scan_add, scan_mul, "
        "scan_max, scan_min, topk)\n");
  CHECK(problemsOf("Z[p] = X[p,m1] :: exp(m1)") ==
        "t.yaml:3:23: error: einsums[0]: 'exp' does not reduce\n"
        "  help: one of: add, mul, max, min, argmax, scan_add, scan_mul, scan_max, scan_min, "
        "topk\n");
  CHECK(problemsOf("Z[p] = X[p,m1,m0] :: argmax(m1,m0)") ==
        "t.yaml:3:26: error: einsums[0]: 'argmax' runs along one rank variable\n");
}

TEST_CASE("constants are folded, so that they cost nothing", "[einsum]") {
  core::Problems problems;
  const auto einsum = bindEinsum({"Z[p] = X[p] * (1 / sqrt(E))", kPlace, 0, 0}, kScope, problems);
  REQUIRE(einsum.has_value());
  CHECK(einsum->expression.operands[1].kind == Expr::Kind::Constant);
  CHECK(einsum->expression.operands[1].constant == 0.125);
}

TEST_CASE("a mask becomes affine constraints", "[einsum]") {
  CHECK(maskOf("m1 <= p") == std::vector<Constraint>{{{{"m1", -1}, {"p", 1}}, 0}});
  CHECK(maskOf("m1 < p") == std::vector<Constraint>{{{{"m1", -1}, {"p", 1}}, -1}});
  CHECK(maskOf("p >= M0") == std::vector<Constraint>{{{{"p", 1}}, -256}});
  CHECK(maskOf("p > 2*m1 + 1") == std::vector<Constraint>{{{{"m1", -2}, {"p", 1}}, -2}});
  CHECK(maskOf("m1 == p") ==
        std::vector<Constraint>{{{{"m1", 1}, {"p", -1}}, 0}, {{{"m1", -1}, {"p", 1}}, 0}});
  CHECK(maskOf("m1 < p/2") == std::vector<Constraint>{{{{"m1", -2}, {"p", 1}}, -1}});
  CHECK(maskOf("0 <= p - m1 < M0") ==
        std::vector<Constraint>{{{{"m1", -1}, {"p", 1}}, 0}, {{{"m1", 1}, {"p", -1}}, 255}});
}

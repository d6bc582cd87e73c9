#include "einsum/syntax.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace einsight::einsum;

namespace {

/// The tree with every operator written as a call.
std::string render(const Syntax& syntax) {
  if (syntax.kind == Syntax::Kind::Number || syntax.kind == Syntax::Kind::Name) {
    return syntax.text;
  }
  std::string children;
  for (const Syntax& child : syntax.children) {
    children += (children.empty() ? "" : ",") + render(child);
  }
  return syntax.kind == Syntax::Kind::Access ? fmt::format("{}[{}]", syntax.text, children)
                                             : fmt::format("{}({})", syntax.text, children);
}

std::string parsed(std::string_view text) {
  const auto statement = parseStatement(text);
  if (!statement) {
    const SyntaxError& e = statement.error();
    return fmt::format("{}: {}{}", e.offset, e.what, e.help.empty() ? "" : " | " + e.help);
  }
  std::string out = fmt::format("{} = {}", render(statement->output), render(statement->value));
  for (const ReductionSyntax& reduction : statement->reductions) {
    out += fmt::format(" :: {}({})", reduction.op, fmt::join(reduction.variables, ","));
  }
  return out;
}

std::string maskOf(std::string_view text) {
  const auto mask = parseMask(text);
  if (!mask) {
    return fmt::format("{}: {}", mask.error().offset, mask.error().what);
  }
  std::string out;
  for (const ComparisonSyntax& c : *mask) {
    out += fmt::format("{}{} {} {}", out.empty() ? "" : " and ", render(c.left), c.comparison,
                       render(c.right));
  }
  return out;
}

} // namespace

TEST_CASE("products bind tighter than sums and both group to the left", "[einsum]") {
  CHECK(parsed("Z[] = A[] - B[] + C[] * D[] / E[]") ==
        "Z[] = add(sub(A[],B[]),div(mul(C[],D[]),E[]))");
  CHECK(parsed("Z[] = (A[] + B[]) * C[]") == "Z[] = mul(add(A[],B[]),C[])");
  CHECK(parsed("Z[] = -A[] * --B[]") == "Z[] = mul(neg(A[]),neg(neg(B[])))");
}

TEST_CASE("indices may be sums, products and accesses", "[einsum]") {
  CHECK(parsed("Y[m1,m0] = X[m1*M0+m0, p-1, S[b,j], M1]") ==
        "Y[m1,m0] = X[add(mul(m1,M0),m0),sub(p,1),S[b,j],M1]");
}

TEST_CASE("reductions follow the double colon, in order", "[einsum]") {
  CHECK(parsed("Z[p] = exp(X[m,e,p]) :: max(m) :: add(e)") ==
        "Z[p] = exp(X[m,e,p]) :: max(m) :: add(e)");
  CHECK(parsed("Z[] = X[m,e]::add(m, e)") == "Z[] = X[m,e] :: add(m,e)");
}

TEST_CASE("numbers may have fractions and exponents, and inf is one", "[einsum]") {
  const auto statement = parseStatement("Z[p] = 1.5e-3 + inf");
  REQUIRE(statement.has_value());
  CHECK(statement->value.children[0].number == 1.5e-3);
  CHECK(statement->value.children[1].number > 1e300);
}

TEST_CASE("the first mistake of an Einsum is reported with its place", "[einsum]") {
  CHECK(parsed("") == "0: a value is missing at the end");
  CHECK(parsed("Z = A[m]") ==
        "0: an Einsum begins with the tensor it computes | write Z[m,n] = ...");
  CHECK(parsed("Z[m] A[m]") ==
        "5: '=' is missing before 'A' between the computed tensor and its value");
  CHECK(parsed("Z[m] = A[m") == "10: ']' is missing at the end to close the indices");
  CHECK(parsed("Z[m] = exp(A[m]") == "15: ')' is missing at the end to close the arguments");
  CHECK(parsed("Z[m] = (A[m]") == "12: ')' is missing at the end to close the parenthesis");
  CHECK(parsed("Z[m] = A[m] *") == "13: a value is missing at the end");
  CHECK(parsed("Z[m] = A[m] B[m]") == "12: 'B' is not expected here");
  CHECK(parsed("Z[m] = A[m] ? 2") == "12: '?' has no meaning in an Einsum");
  CHECK(parsed("Z[] = A[m] :: (m)") ==
        "14: a reduction operator is missing before '(' | write `:: max(m)`");
  CHECK(parsed("Z[] = A[m] :: max(3)") ==
        "18: a rank variable is missing before '3' | write `:: max(m)`");
  CHECK(parsed("Z[] = A[m] :: max m") ==
        "18: '(' is missing before 'm' before the reduced rank variables");
}

TEST_CASE("an expression may be nested 60 deep but not without end", "[einsum]") {
  const auto nested = [](std::size_t depth) {
    return "Z[] = " + std::string(depth, '(') + "A[]" + std::string(depth, ')');
  };
  CHECK(parsed(nested(60)) == "Z[] = A[]");
  CHECK_THAT(parsed(nested(65)), Catch::EndsWith("nested more than 64 deep"));
  CHECK_THAT(parsed(nested(100000)), Catch::EndsWith("nested more than 64 deep"));
  CHECK_THAT(parsed("Z[] = " + std::string(100000, '-') + "A[]"),
             Catch::EndsWith("nested more than 64 deep"));
}

TEST_CASE("a mask is a conjunction of comparisons, which may be chained", "[einsum]") {
  CHECK(maskOf("m <= p") == "m <= p");
  CHECK(maskOf("m1*M0+m0 <= p and p - m < 128") == "add(mul(m1,M0),m0) <= p and sub(p,m) < 128");
  CHECK(maskOf("0 <= p - m < W") == "0 <= sub(p,m) and sub(p,m) < W");
  CHECK(maskOf("m == p") == "m == p");
  CHECK(maskOf("m") == "1: a comparison is missing at the end");
  CHECK(maskOf("m < p or m > 3") == "6: 'or' is not expected here");
  CHECK(maskOf("m < p and") == "9: a value is missing at the end");
}

#include "einsum/operators.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace einsight::einsum {
namespace {

using Operands = std::span<const double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double sum(Operands x) {
  return x[0] + x[1];
}
double product(Operands x) {
  return x[0] * x[1];
}
double larger(Operands x) {
  return std::max(x[0], x[1]);
}
double smaller(Operands x) {
  return std::min(x[0], x[1]);
}
double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

constexpr auto kIntersection = Merge::Intersection;
constexpr auto kUnion = Merge::Union;
constexpr auto kFirst = Merge::First;

const auto kTable = std::to_array<Operator>({
    {"macc", "multiply and add to a partial sum: `mul` reduced by `add`", 0, kIntersection, false,
     false, 0, nullptr},
    {"add", "a + b", 2, kUnion, true, true, 0, sum},
    {"sub", "a - b", 2, kFirst, false, false, 0, [](Operands x) { return x[0] - x[1]; }},
    {"mul", "a * b", 2, kIntersection, true, true, 1, product},
    {"div", "a / b", 2, kFirst, false, false, 1, [](Operands x) { return x[0] / x[1]; }},
    {"max", "the larger of a and b", 2, kUnion, true, true, -kInfinity, larger},
    {"min", "the smaller of a and b", 2, kUnion, true, true, kInfinity, smaller},
    {"exp", "e to the power x", 1, kFirst, false, false, 0,
     [](Operands x) { return std::exp(x[0]); }},
    {"exp2", "2 to the power x", 1, kFirst, false, false, 0,
     [](Operands x) { return std::exp2(x[0]); }},
    {"log", "natural logarithm of x", 1, kFirst, false, false, 0,
     [](Operands x) { return std::log(x[0]); }},
    {"sqrt", "square root of x", 1, kFirst, false, false, 0,
     [](Operands x) { return std::sqrt(x[0]); }},
    {"rsqrt", "1 / sqrt(x)", 1, kFirst, false, false, 0,
     [](Operands x) { return 1 / std::sqrt(x[0]); }},
    {"neg", "-x", 1, kFirst, false, false, 0, [](Operands x) { return -x[0]; }},
    {"abs", "|x|", 1, kFirst, false, false, 0, [](Operands x) { return std::abs(x[0]); }},
    {"recip", "1 / x", 1, kFirst, false, false, 0, [](Operands x) { return 1 / x[0]; }},
    {"relu", "max(x, 0)", 1, kFirst, false, false, 0,
     [](Operands x) { return std::max(x[0], 0.0); }},
    {"sigmoid", "1 / (1 + exp(-x))", 1, kFirst, false, false, 0,
     [](Operands x) { return sigmoid(x[0]); }},
    {"tanh", "hyperbolic tangent of x", 1, kFirst, false, false, 0,
     [](Operands x) { return std::tanh(x[0]); }},
    {"silu", "x * sigmoid(x)", 1, kFirst, false, false, 0,
     [](Operands x) { return x[0] * sigmoid(x[0]); }},
    {"gelu", "x * Phi(x), Phi the normal distribution", 1, kFirst, false, false, 0,
     [](Operands x) { return x[0] * (1 + std::erf(x[0] / std::numbers::sqrt2)) / 2; }},
    {"floor", "the largest whole number that is at most x", 1, kFirst, false, false, 0,
     [](Operands x) { return std::floor(x[0]); }},
    {"round", "the nearest whole number, halves away from 0", 1, kFirst, false, false, 0,
     [](Operands x) { return std::round(x[0]); }},
    {"mod", "a - b * floor(a / b)", 2, kFirst, false, false, 1,
     [](Operands x) { return x[0] - x[1] * std::floor(x[0] / x[1]); }},
    {"pow", "a to the power b", 2, kFirst, false, false, 1,
     [](Operands x) { return std::pow(x[0], x[1]); }},
    {"sin", "sine of x in radians", 1, kFirst, false, false, 0,
     [](Operands x) { return std::sin(x[0]); }},
    {"cos", "cosine of x in radians", 1, kFirst, false, false, 0,
     [](Operands x) { return std::cos(x[0]); }},
    {"square", "x * x", 1, kFirst, false, false, 0, [](Operands x) { return x[0] * x[0]; }},
    {"select", "a where c is not 0, else b: select(c, a, b)", 3, kIntersection, false, false, 0,
     [](Operands x) { return x[0] != 0 ? x[1] : x[2]; }},
    {"less", "1 where a < b, else 0", 2, kIntersection, false, false, 0,
     [](Operands x) { return x[0] < x[1] ? 1.0 : 0.0; }},
    {"lessequal", "1 where a <= b, else 0", 2, kIntersection, false, false, 0,
     [](Operands x) { return x[0] <= x[1] ? 1.0 : 0.0; }},
    {"equal", "1 where a = b, else 0", 2, kIntersection, false, false, 0,
     [](Operands x) { return x[0] == x[1] ? 1.0 : 0.0; }},
    {"and", "1 where a and b are not 0, else 0", 2, kIntersection, false, true, 1,
     [](Operands x) { return x[0] != 0 && x[1] != 0 ? 1.0 : 0.0; }},
    {"or", "1 where a or b is not 0, else 0", 2, kIntersection, false, true, 0,
     [](Operands x) { return x[0] != 0 || x[1] != 0 ? 1.0 : 0.0; }},
    {"argmax", "position of the largest value along one rank, the first of equals", 0, kFirst, true,
     false, -kInfinity, larger, Leaves::Nothing, true},
    {"scan_add", "inclusive prefix sums along a rank", 0, kUnion, true, true, 0, sum, Leaves::Rank},
    {"scan_mul", "inclusive prefix products along a rank", 0, kUnion, true, true, 1, product,
     Leaves::Rank},
    {"scan_max", "inclusive prefix maxima along a rank", 0, kUnion, true, true, -kInfinity, larger,
     Leaves::Rank},
    {"scan_min", "inclusive prefix minima along a rank", 0, kUnion, true, true, kInfinity, smaller,
     Leaves::Rank},
    {"topk", "positions of the k largest values along one rank, largest first", 0, kFirst, true,
     false, -kInfinity, larger, Leaves::Positions, true},
    {"gather", "an element whose index is read from a tensor", 0, kIntersection, false, false, 0,
     nullptr},
});

} // namespace

std::span<const Operator> operators() {
  return kTable;
}

const Operator* findOperator(std::string_view name) {
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const Operator& row) { return row.name == name; });
  return found == kTable.end() ? nullptr : found;
}

std::vector<std::string> operatorNames() {
  std::vector<std::string> names;
  for (const Operator& row : kTable) {
    names.emplace_back(row.name);
  }
  return names;
}

std::vector<std::string> reductionNames() {
  std::vector<std::string> names;
  for (const Operator& row : kTable) {
    if (row.reduces) {
      names.emplace_back(row.name);
    }
  }
  return names;
}

} // namespace einsight::einsum

#pragma once
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace einsight::einsum {

/// What a map operator does at points where some operands are absent (masked or empty).
/// Intersection: all must be there (mul). Union: absent operands count as the identity (add, max).
/// First: present where the first operand is (sub, exp, div: "pass-through").
enum class Merge { Intersection, Union, First };

/// What a reduction leaves of the rank it runs along: nothing (max), the rank itself with prefix
/// results (scan_add), or a new, shorter rank of positions (topk).
enum class Leaves { Nothing, Rank, Positions };

/// One row of the operator table: everything the project knows about an operator.
/// A machine gives each `name` a unit, cycles and actions; adding an operator is adding a row.
struct Operator {
  std::string_view name; ///< as written in YAML and in machine files: "mul", "exp", "max"
  std::string_view summary;
  int operands = 1; ///< for map use; 0: counted or reduced with, never called by name
  Merge merge = Merge::First;
  bool reduces = false; ///< may be used after `::`
  bool associative = false;
  double identity = 0;                                            ///< of the reduction
  double (*evaluate)(std::span<const double> operands) = nullptr; ///< reductions: two operands
  Leaves leaves = Leaves::Nothing;
  bool position = false; ///< the result is an index along the reduced rank, not a value
};

/// All operators, in table order.
std::span<const Operator> operators();
/// The row of that name, or null.
const Operator* findOperator(std::string_view name);
/// Names in table order: of all operators, and of those that may stand after `::`.
std::vector<std::string> operatorNames();
std::vector<std::string> reductionNames();

} // namespace einsight::einsum

#pragma once
#include "arch/machine.hpp"
#include "einsum/cascade.hpp"
#include "einsum/operators.hpp"
#include "einsum/program.hpp"

#include <span>
#include <vector>

namespace einsight::sim::cells {

/// What a PE does for one point of an Einsum's iteration space: the operators of its expression one
/// after another on a stack of operands.
class Program {
public:
  explicit Program(const einsum::Einsum& einsum);

  /// The value at a point: `operands` are the words of the expression's accesses from left to
  /// right, `variables` the values of the Einsum's rank variables. Masked points are absent.
  [[nodiscard]] einsum::Point at(std::span<const einsum::Point> operands,
                                 std::span<const std::int64_t> variables) const;
  /// Cycles of one point on a PE of the unit: chained operators overlap.
  [[nodiscard]] core::Rational cycles(const arch::Unit& unit) const;
  /// Joins two partial results; either may be absent.
  [[nodiscard]] einsum::Point join(const einsum::Point& a, const einsum::Point& b) const;
  [[nodiscard]] bool reduces() const { return reduction_ != nullptr; }

private:
  struct Step {
    einsum::Expr::Kind kind = einsum::Expr::Kind::Constant;
    double constant = 0;
    std::size_t index = 0; ///< of the operand or variable
    const einsum::Operator* row = nullptr;
    std::size_t operands = 0;
  };
  struct Mask {
    std::vector<std::pair<std::size_t, std::int64_t>> terms;
    std::int64_t constant = 0;
  };

  void compile(const einsum::Expr& expression);
  [[nodiscard]] std::size_t place(const std::string& variable) const;
  static einsum::Point apply(const Step& step, std::span<const einsum::Point> operands);

  const einsum::Einsum& einsum_;
  std::vector<Step> steps_;
  std::vector<Mask> masks_;
  std::size_t accesses_ = 0;
  const einsum::Operator* reduction_ = nullptr;
};

/// Why the arrays cannot do an Einsum word by word, or empty: gathers, scans, positions, and two
/// different reductions in one.
std::string unsupported(const einsum::Einsum& einsum);

} // namespace einsight::sim::cells

#pragma once
#include "core/rational.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace einsight::core {

/// An arithmetic expression over names, as written in workload, machine and mapping files:
///   numbers (12, 1.5, 64K: K, M, G are binary), names with dots (array_2d.rows, L, M0),
///   + - * / (exact), % , comparisons (1 or 0), and, or, not, parentheses, and the functions
///   ceil(x) floor(x) min(a,b,…) max(a,b,…) if(c,a,b) divides(a,b) largest_divisor(n,limit) log2(n)
/// Values are exact rationals; a condition holds when it is not 0. Comparisons do not chain.
/// `%` has the sign of its right side; divides(a,b) is 1 when b is a whole multiple of a;
/// largest_divisor(n,limit) is the largest divisor of n that is at most limit; log2 takes only
/// powers of two. `if`, `and` and `or` evaluate no more than they need.
/// A default Expression is the constant 0.
class Expression {
public:
  /// What the text means, or one sentence about the first place that makes no sense
  /// ("column 5: expected a value, found ')'"; columns start at 1). At most 4096 characters and 64
  /// nested levels.
  static tl::expected<Expression, std::string> parse(std::string_view text);
  /// An expression without names, its text the value's.
  static Expression constant(Rational value);

  using Lookup = std::function<std::optional<Rational>(std::string_view name)>;
  /// The value, or what is wrong ("unknown name 'M2'", "division by zero", "overflow").
  [[nodiscard]] tl::expected<Rational, std::string> evaluate(const Lookup& lookup) const;
  /// Every name that occurs.
  [[nodiscard]] std::set<std::string> names() const;
  /// The text it was parsed from.
  [[nodiscard]] const std::string& text() const { return text_; }

  struct Node; // the syntax tree, in detail/expression_node.hpp
private:
  std::string text_ = "0";
  std::shared_ptr<const Node> root_;
};

} // namespace einsight::core

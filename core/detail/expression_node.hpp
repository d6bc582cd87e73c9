#pragma once
#include "core/expression.hpp"

#include <span>
#include <vector>

namespace einsight::core {

/// One operator or function of the expression language.
struct ExpressionFunction {
  std::string_view name;
  std::size_t leastArguments;
  std::size_t mostArguments;
  /// The value, or an EvaluationError; null for those that do not evaluate all arguments.
  Rational (*apply)(std::span<const Rational> arguments);
};

/// The row of an operator ("+", "neg") or function ("ceil"), or null.
const ExpressionFunction* findOperator(std::string_view symbol);
const ExpressionFunction* findFunction(std::string_view name);
std::vector<std::string> functionNames();

/// Thrown and caught inside Expression::evaluate.
struct EvaluationError {
  std::string what;
};

struct Expression::Node {
  enum class Kind { Constant, Name, Call };
  Kind kind = Kind::Constant;
  Rational value;                               ///< Kind::Constant
  std::string name;                             ///< Kind::Name
  const ExpressionFunction* function = nullptr; ///< Kind::Call
  std::vector<std::shared_ptr<const Node>> arguments;
};

/// The tree of a text, or one sentence with the column.
tl::expected<std::shared_ptr<const Expression::Node>, std::string>
parseExpression(std::string_view text);

} // namespace einsight::core

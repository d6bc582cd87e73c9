#include "core/expression.hpp"

#include "core/detail/expression_node.hpp"
#include "core/invariant.hpp"

#include <stdexcept>

namespace einsight::core {
namespace {

using Node = Expression::Node;

Rational valueOf(const Node& node, const Expression::Lookup& lookup);

bool holds(const Node& condition, const Expression::Lookup& lookup) {
  return valueOf(condition, lookup) != Rational(0);
}

/// if, and, or: the functions that leave an argument out.
Rational shortCircuit(const Node& node, const Expression::Lookup& lookup) {
  const auto argument = [&](std::size_t i) -> const Node& { return *node.arguments.at(i); };
  if (node.function->name == "if") {
    return valueOf(holds(argument(0), lookup) ? argument(1) : argument(2), lookup);
  }
  const bool first = holds(argument(0), lookup);
  if (node.function->name == "and") {
    return Rational(first && holds(argument(1), lookup) ? 1 : 0);
  }
  EINSIGHT_INVARIANT(node.function->name == "or", "a function without an implementation");
  return Rational(first || holds(argument(1), lookup) ? 1 : 0);
}

Rational valueOf(const Node& node, const Expression::Lookup& lookup) {
  switch (node.kind) {
  case Node::Kind::Constant:
    return node.value;
  case Node::Kind::Name: {
    const auto value = lookup(node.name);
    if (!value) {
      throw EvaluationError{"unknown name '" + node.name + "'"};
    }
    return *value;
  }
  case Node::Kind::Call:
    break;
  }
  if (node.function->apply == nullptr) {
    return shortCircuit(node, lookup);
  }
  std::vector<Rational> arguments;
  arguments.reserve(node.arguments.size());
  for (const auto& argument : node.arguments) {
    arguments.push_back(valueOf(*argument, lookup));
  }
  return node.function->apply(arguments);
}

void collectNames(const Node& node, std::set<std::string>& names) {
  if (node.kind == Node::Kind::Name) {
    names.insert(node.name);
  }
  for (const auto& argument : node.arguments) {
    collectNames(*argument, names);
  }
}

} // namespace

tl::expected<Expression, std::string> Expression::parse(std::string_view text) {
  auto root = parseExpression(text);
  if (!root) {
    return tl::unexpected(std::move(root.error()));
  }
  Expression expression;
  expression.text_ = text;
  expression.root_ = std::move(*root);
  return expression;
}

Expression Expression::constant(Rational value) {
  auto node = std::make_shared<Node>();
  node->value = value;
  Expression expression;
  expression.text_ = value.toString();
  expression.root_ = std::move(node);
  return expression;
}

tl::expected<Rational, std::string> Expression::evaluate(const Lookup& lookup) const {
  if (!root_) {
    return Rational(0);
  }
  try {
    return valueOf(*root_, lookup);
  } catch (const EvaluationError& error) {
    return tl::unexpected(error.what);
  } catch (const std::overflow_error&) {
    return tl::unexpected(std::string("overflow: a value does not fit 64 bits"));
  }
}

std::set<std::string> Expression::names() const {
  std::set<std::string> names;
  if (root_) {
    collectNames(*root_, names);
  }
  return names;
}

} // namespace einsight::core

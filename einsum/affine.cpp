#include "einsum/affine.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace einsight::einsum {
namespace {

tl::unexpected<SyntaxError> wrong(const Syntax& at, std::string what, std::string help = {}) {
  return tl::unexpected(SyntaxError{at.begin, std::move(what), std::move(help)});
}

Parsed<Affine> ofNumber(const Syntax& syntax) {
  std::int64_t value = 0;
  const char* end = syntax.text.data() + syntax.text.size();
  if (const auto [stop, error] = std::from_chars(syntax.text.data(), end, value);
      error != std::errc() || stop != end) {
    return wrong(syntax, fmt::format("'{}' is not a whole number", syntax.text),
                 "indices and masks are made of whole numbers, parameters and rank variables");
  }
  return Affine{{}, value};
}

Parsed<Affine> ofName(const Syntax& syntax, const Scope& scope) {
  if (scope.isVariable(syntax.text)) {
    return Affine{{{syntax.text, 1}}, 0};
  }
  if (const auto found = scope.parameters.find(syntax.text); found != scope.parameters.end()) {
    return Affine{{}, found->second};
  }
  std::vector<std::string> names;
  for (const auto& [name, value] : scope.parameters) {
    names.push_back(name);
  }
  return wrong(syntax, fmt::format("unknown parameter '{}'", syntax.text),
               core::suggestion(syntax.text, names));
}

Parsed<Affine> ofOperator(const Syntax& syntax, std::vector<Affine> operands) {
  Affine& left = operands.front();
  if (syntax.text == "neg") {
    left *= -1;
    return left;
  }
  Affine& right = operands.back();
  if (syntax.text == "add" || syntax.text == "sub") {
    right *= syntax.text == "add" ? 1 : -1;
    left += right;
    return left;
  }
  if (syntax.text == "mul" && left.isConstant()) {
    right *= left.constant;
    return right;
  }
  if (!right.isConstant()) {
    return wrong(syntax,
                 fmt::format("a {} of two rank variables is not affine",
                             syntax.text == "mul" ? "product" : "quotient"),
                 "an index is a sum of rank variables with constant coefficients");
  }
  if (syntax.text == "div" && right.constant == core::Rational(0)) {
    return wrong(syntax, "division by zero");
  }
  left *= syntax.text == "div" ? core::Rational(1) / right.constant : right.constant;
  return left;
}

Parsed<Affine> ofCall(const Syntax& syntax, const std::vector<Affine>& arguments) {
  const auto constant = [](const Affine& a) { return a.isConstant(); };
  if (arguments.empty() || !std::all_of(arguments.begin(), arguments.end(), constant)) {
    return wrong(syntax, fmt::format("'{}' needs constant arguments in an index", syntax.text));
  }
  const auto less = [](const Affine& a, const Affine& b) { return a.constant < b.constant; };
  const bool one = arguments.size() == 1;
  if (syntax.text == "ceil" && one) {
    return Affine{{}, arguments[0].constant.ceil()};
  }
  if (syntax.text == "floor" && one) {
    return Affine{{}, arguments[0].constant.floor()};
  }
  if (syntax.text == "min") {
    return *std::min_element(arguments.begin(), arguments.end(), less);
  }
  if (syntax.text == "max") {
    return *std::max_element(arguments.begin(), arguments.end(), less);
  }
  return wrong(syntax, fmt::format("unknown function '{}' in an index", syntax.text),
               "one of: ceil, floor, min, max");
}

Parsed<Affine> evaluate(const Syntax& syntax, const Scope& scope) {
  switch (syntax.kind) {
  case Syntax::Kind::Number:
    return ofNumber(syntax);
  case Syntax::Kind::Name:
    return ofName(syntax, scope);
  case Syntax::Kind::Access:
    return wrong(syntax, fmt::format("'{}' cannot be part of a larger index", syntax.text),
                 "an index that is read from a tensor stands alone, as in K[b, S[b,j], e]");
  default:
    break;
  }
  std::vector<Affine> operands;
  for (const Syntax& child : syntax.children) {
    auto operand = evaluate(child, scope);
    if (!operand) {
      return operand;
    }
    operands.push_back(std::move(*operand));
  }
  return syntax.kind == Syntax::Kind::Call ? ofCall(syntax, operands)
                                           : ofOperator(syntax, std::move(operands));
}

} // namespace

bool Scope::isVariable(const std::string& name) const {
  const bool declared =
      std::any_of(sizes.begin(), sizes.end(), [&](const auto& size) { return size.first == name; });
  return declared || std::islower(static_cast<unsigned char>(name.front())) != 0;
}

Affine& Affine::operator+=(const Affine& other) {
  for (const auto& [variable, coefficient] : other.terms) {
    auto& mine = terms[variable];
    mine = mine + coefficient;
  }
  std::erase_if(terms, [](const auto& term) { return term.second == core::Rational(0); });
  constant = constant + other.constant;
  return *this;
}

Affine& Affine::operator*=(const core::Rational& factor) {
  for (auto& [variable, coefficient] : terms) {
    coefficient = coefficient * factor;
  }
  std::erase_if(terms, [](const auto& term) { return term.second == core::Rational(0); });
  constant = constant * factor;
  return *this;
}

Parsed<Affine> affine(const Syntax& syntax, const Scope& scope) {
  try {
    return evaluate(syntax, scope);
  } catch (const std::overflow_error&) { return wrong(syntax, "a number does not fit 64 bits"); }
}

Parsed<Index> affineIndex(const Syntax& syntax, const Scope& scope) {
  auto value = affine(syntax, scope);
  if (!value) {
    return tl::unexpected(value.error());
  }
  const auto whole = [](const core::Rational& r) { return r.denominator() == 1; };
  Index out;
  bool allWhole = whole(value->constant);
  out.constant = value->constant.numerator();
  for (const auto& [variable, coefficient] : value->terms) {
    allWhole = allWhole && whole(coefficient);
    out.terms.emplace(variable, coefficient.numerator());
  }
  if (!allWhole) {
    return wrong(syntax, "an index with a fraction is not an element",
                 "round parameters with ceil or floor: ceil(M/M0)");
  }
  return out;
}

} // namespace einsight::einsum

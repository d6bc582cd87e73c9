#include "einsum/bind.hpp"

#include "core/text.hpp"
#include "einsum/operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace einsight::einsum {
namespace {

/// What other languages call what is written differently here, and how.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kWrittenAs{{
    {"sum", "a sum is written :: add(m)"},
    {"mean", "a mean is written :: add(m), divided by the length"},
    {"prod", "a product of all is written :: mul(m)"},
    {"cumsum", "running sums are written X[p] :: scan_add(p)"},
    {"softmax", "its maximum, exp, sum and division are Einsums: einsight show attention-3pass"},
    {"logsigmoid", "written log(sigmoid(x))"},
    {"softplus", "written -log(sigmoid(-x))"},
    {"ln", "the natural logarithm is log"},
    {"power", "written pow(x, y)"},
    {"where", "written select(condition, then, else)"},
    {"clamp", "written max(min(x, high), low)"},
    {"matmul", "written A[m,k] * B[k,n]: what the result lacks is summed"},
}};

/// The help for an unknown name of an operator.
std::string writtenAs(const std::string& name, const std::vector<std::string>& known) {
  for (const auto& [other, how] : kWrittenAs) {
    if (other == name) {
      return std::string(how);
    }
  }
  return core::suggestion(name, known);
}

/// Gives the names of one text their meaning, recording every mistake.
class Binder {
public:
  Binder(const SourceText& source, const Scope& scope, core::Problems& problems)
      : source_(source), scope_(scope), problems_(problems) {}

  Access access(const Syntax& syntax) {
    Access out{syntax.text, {}, source_.at(syntax.begin)};
    for (const Syntax& child : syntax.children) {
      out.indices.push_back(index(child));
    }
    return out;
  }

  Expr expression(const Syntax& syntax) {
    Expr out;
    switch (syntax.kind) {
    case Syntax::Kind::Number:
      out.constant = syntax.number;
      return out;
    case Syntax::Kind::Access:
      out.kind = Expr::Kind::Access;
      out.access = access(syntax);
      return out;
    case Syntax::Kind::Name:
      return name(syntax);
    default:
      return operation(syntax);
    }
  }

  Reduction reduction(const ReductionSyntax& syntax) {
    const Operator* row = findOperator(syntax.op);
    if (row == nullptr || !row->reduces) {
      report(syntax.begin,
             row == nullptr ? fmt::format("unknown reduction '{}'", syntax.op)
                            : fmt::format("'{}' does not reduce", syntax.op),
             writtenAs(syntax.op, reductionNames()));
    } else if (row->position && syntax.variables.size() != 1) {
      report(syntax.begin, fmt::format("'{}' runs along one rank variable", syntax.op));
    }
    return {syntax.op, syntax.variables};
  }

  void comparison(const ComparisonSyntax& syntax, std::vector<Constraint>& out) {
    auto left = affine(syntax.left, scope_);
    auto right = affine(syntax.right, scope_);
    if (!left || !right) {
      report(left ? right.error() : left.error());
      return;
    }
    try {
      const bool less = syntax.comparison.starts_with('<');
      const bool strict = syntax.comparison == "<" || syntax.comparison == ">";
      if (syntax.comparison == "==") {
        out.push_back(notBelow(*left, *right, 0));
        out.push_back(notBelow(*right, *left, 0));
      } else {
        out.push_back(less ? notBelow(*right, *left, strict ? 1 : 0)
                           : notBelow(*left, *right, strict ? 1 : 0));
      }
    } catch (const std::overflow_error&) {
      report(syntax.left.begin, "a number does not fit 64 bits", {});
    }
  }

  void report(const SyntaxError& error) { report(error.offset, error.what, error.help); }

private:
  void report(std::size_t offset, std::string what, std::string help) {
    problems_.push_back({source_.at(offset), std::move(what), std::move(help)});
  }

  void report(std::size_t offset, std::string what) { report(offset, std::move(what), {}); }

  Index index(const Syntax& syntax) {
    if (syntax.kind == Syntax::Kind::Access) {
      Access inner = access(syntax);
      Index out;
      out.gatherTensor = std::move(inner.tensor);
      out.gatherIndex = std::move(inner.indices);
      return out;
    }
    auto out = affineIndex(syntax, scope_);
    if (!out) {
      report(out.error());
      return {};
    }
    return *out;
  }

  Expr name(const Syntax& syntax) {
    Expr out;
    if (scope_.isVariable(syntax.text)) {
      out.kind = Expr::Kind::Variable;
      out.name = syntax.text;
    } else if (const auto value = affine(syntax, scope_)) {
      out.constant = value->constant.toDouble();
    } else {
      report(value.error());
    }
    return out;
  }

  Expr operation(const Syntax& syntax) {
    Expr out;
    out.kind = Expr::Kind::Operator;
    out.name = syntax.text;
    std::vector<double> constants;
    for (const Syntax& child : syntax.children) {
      out.operands.push_back(expression(child));
      if (out.operands.back().kind == Expr::Kind::Constant) {
        constants.push_back(out.operands.back().constant);
      }
    }
    const Operator* row = findOperator(syntax.text);
    if (row == nullptr || row->operands == 0) {
      report(syntax.begin, fmt::format("unknown operator '{}'", syntax.text),
             writtenAs(syntax.text, callable()));
      return out;
    }
    const auto count = static_cast<std::size_t>(row->operands);
    if (out.operands.size() != count) {
      report(syntax.begin, fmt::format("'{}' takes {} operand{}, not {}", syntax.text, count,
                                       count == 1 ? "" : "s", out.operands.size()));
      return out;
    }
    if (constants.size() == count) {
      Expr folded;
      folded.constant = row->evaluate(constants);
      return folded;
    }
    return out;
  }

  static std::vector<std::string> callable() {
    std::vector<std::string> names;
    for (const Operator& row : operators()) {
      if (row.operands > 0) {
        names.emplace_back(row.name);
      }
    }
    return names;
  }

  /// larger - smaller - slack >= 0, with whole coefficients.
  static Constraint notBelow(const Affine& larger, const Affine& smaller, std::int64_t slack) {
    Affine difference = smaller;
    difference *= -1;
    difference += larger;
    std::int64_t scale = 1;
    for (const auto& [variable, coefficient] : difference.terms) {
      scale = (core::Rational(scale) * coefficient.denominator()).numerator();
    }
    scale = (core::Rational(scale) * difference.constant.denominator()).numerator();
    difference *= scale;
    Constraint out;
    for (const auto& [variable, coefficient] : difference.terms) {
      out.terms.emplace(variable, coefficient.numerator());
    }
    out.constant = (difference.constant - core::Rational(slack)).numerator();
    return out;
  }

  const SourceText& source_;
  const Scope& scope_;
  core::Problems& problems_;
};

} // namespace

std::optional<Einsum> bindEinsum(const SourceText& source, const Scope& scope,
                                 core::Problems& problems) {
  const auto before = problems.size();
  Binder binder(source, scope, problems);
  const auto syntax = parseStatement(source.text);
  if (!syntax) {
    binder.report(syntax.error());
    return std::nullopt;
  }
  Einsum out;
  out.name = syntax->output.text;
  out.text = source.text;
  out.where = source.where;
  out.output = binder.access(syntax->output);
  out.expression = binder.expression(syntax->value);
  for (const ReductionSyntax& reduction : syntax->reductions) {
    out.reductions.push_back(binder.reduction(reduction));
  }
  return problems.size() == before ? std::optional(std::move(out)) : std::nullopt;
}

std::vector<Constraint> bindMask(const SourceText& source, const Scope& scope,
                                 core::Problems& problems) {
  Binder binder(source, scope, problems);
  const auto syntax = parseMask(source.text);
  std::vector<Constraint> out;
  if (!syntax) {
    binder.report(syntax.error());
    return out;
  }
  for (const ComparisonSyntax& comparison : *syntax) {
    binder.comparison(comparison, out);
  }
  return out;
}

} // namespace einsight::einsum

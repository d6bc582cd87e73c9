#pragma once
#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace einsight::einsum {

/// A piece of an Einsum as written, before its names mean anything: one tree for values, indices
/// and masks, so that all three are parsed by the same rules.
struct Syntax {
  enum class Kind {
    Number,   ///< `number`; `text` as written
    Name,     ///< `text`: a rank variable or a parameter
    Access,   ///< `text`: the tensor; children: its indices
    Call,     ///< `text`: the function; children: its arguments
    Operator, ///< `text`: the operator's name (add, sub, mul, div, neg); children: its operands
  };
  Kind kind = Kind::Number;
  std::string text;
  double number = 0;
  std::vector<Syntax> children;
  std::size_t begin = 0; ///< place in the text, counted from 0
  std::size_t end = 0;
};

/// `:: max(m0)`
struct ReductionSyntax {
  std::string op;
  std::vector<std::string> variables;
  std::size_t begin = 0;
};

/// `output = value :: reductions`
struct StatementSyntax {
  Syntax output;
  Syntax value;
  std::vector<ReductionSyntax> reductions;
};

/// `left <= right`; the comparison is one of < <= > >= ==
struct ComparisonSyntax {
  Syntax left;
  std::string comparison;
  Syntax right;
};

/// The first place of a text that makes no sense.
struct SyntaxError {
  std::size_t offset = 0;
  std::string what;
  std::string help;
};

template <class T>
using Parsed = tl::expected<T, SyntaxError>;

/// `LM[b,m1,p] = BQK[b,m1,m0,p] :: max(m0)`. Grammar: docs/cascades.md.
Parsed<StatementSyntax> parseStatement(std::string_view text);
/// `m <= p and p - m < W`; `0 <= a < b` means both. A conjunction of comparisons.
Parsed<std::vector<ComparisonSyntax>> parseMask(std::string_view text);

} // namespace einsight::einsum

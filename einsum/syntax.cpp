#include "einsum/syntax.hpp"

#include "einsum/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace einsight::einsum {
namespace {

constexpr int kDeepest = 64;
constexpr auto kComparisons = std::to_array<std::string_view>({"<", "<=", ">", ">=", "=="});

/// Recursive descent over the words of one text. The first mistake ends it: every step after a
/// mistake returns at once with an empty value.
class Parser {
public:
  explicit Parser(std::vector<Token> words) : words_(std::move(words)) {}

  StatementSyntax statement() {
    StatementSyntax out;
    out.output = primary();
    if (!error_ && out.output.kind != Syntax::Kind::Access) {
      fail(out.output.begin, "an Einsum begins with the tensor it computes", "write Z[m,n] = ...");
    }
    expect("=", "between the computed tensor and its value");
    out.value = sum();
    while (!error_ && take("::")) {
      out.reductions.push_back(reduction());
    }
    expectEnd();
    return out;
  }

  std::vector<ComparisonSyntax> mask() {
    std::vector<ComparisonSyntax> out;
    do {
      Syntax left = sum();
      do {
        const Token comparison = next();
        if (!isComparison(comparison)) {
          fail(comparison.begin, fmt::format("a comparison is missing {}", before(comparison)),
               "write a conjunction of <, <=, >, >= and ==, as in `m <= p and p - m < 128`");
          return out;
        }
        Syntax right = sum();
        out.push_back({std::move(left), std::string(comparison.text), right});
        left = std::move(right);
      } while (!error_ && isComparison(peek()));
    } while (!error_ && take("and"));
    expectEnd();
    return out;
  }

  [[nodiscard]] const std::optional<SyntaxError>& error() const { return error_; }

private:
  static bool isComparison(const Token& token) {
    return std::find(kComparisons.begin(), kComparisons.end(), token.text) != kComparisons.end();
  }
  static std::string before(const Token& token) {
    return token.kind == Token::Kind::End ? "at the end" : fmt::format("before '{}'", token.text);
  }

  [[nodiscard]] const Token& peek() const { return words_[place_]; }
  Token next() {
    const Token token = words_[place_];
    place_ += token.kind == Token::Kind::End ? 0 : 1;
    return token;
  }
  bool take(std::string_view text) {
    if (peek().kind == Token::Kind::End || peek().text != text) {
      return false;
    }
    ++place_;
    return true;
  }
  void fail(std::size_t offset, std::string what, std::string help = {}) {
    if (!error_) {
      error_ = SyntaxError{offset, std::move(what), std::move(help)};
    }
  }
  void expect(std::string_view symbol, std::string_view purpose) {
    if (!error_ && !take(symbol)) {
      fail(peek().begin, fmt::format("'{}' is missing {} {}", symbol, before(peek()), purpose));
    }
  }
  void expectEnd() {
    if (!error_ && peek().kind != Token::Kind::End) {
      fail(peek().begin, fmt::format("'{}' is not expected here", peek().text),
           peek().text == "or"      ? "only conjunctions (and) are masks"
           : peek().text == "where" ? R"(a mask is a key: {einsum: "...", where: "m <= p"})"
                                    : "");
    }
  }
  [[nodiscard]] std::size_t endOfLast() const {
    return place_ == 0 ? 0 : words_[place_ - 1].begin + words_[place_ - 1].text.size();
  }

  Syntax binary(std::string name, Syntax left, Syntax right) {
    Syntax out{Syntax::Kind::Operator, std::move(name), 0, {}, left.begin, right.end};
    out.children = {std::move(left), std::move(right)};
    return out;
  }

  Syntax sum() {
    Syntax left = product();
    while (!error_ && (peek().text == "+" || peek().text == "-")) {
      const std::string name = next().text == "+" ? "add" : "sub";
      left = binary(name, std::move(left), product());
    }
    return left;
  }

  Syntax product() {
    Syntax left = negation();
    while (!error_ && (peek().text == "*" || peek().text == "/")) {
      const std::string name = next().text == "*" ? "mul" : "div";
      left = binary(name, std::move(left), negation());
    }
    return left;
  }

  Syntax negation() {
    const std::size_t begin = peek().begin;
    if (!take("-")) {
      return primary();
    }
    if (++depth_ > kDeepest) {
      fail(begin, fmt::format("nested more than {} deep", kDeepest));
      return {};
    }
    Syntax operand = negation();
    --depth_;
    Syntax out{Syntax::Kind::Operator, "neg", 0, {}, begin, operand.end};
    out.children = {std::move(operand)};
    return out;
  }

  Syntax primary() {
    if (error_) {
      return {};
    }
    if (++depth_ > kDeepest) {
      fail(peek().begin, fmt::format("nested more than {} deep", kDeepest));
      return {};
    }
    const Token token = next();
    Syntax out{Syntax::Kind::Name, std::string(token.text), 0, {}, token.begin, 0};
    if (token.kind == Token::Kind::Number) {
      out.kind = Syntax::Kind::Number;
      std::from_chars(token.text.data(), token.text.data() + token.text.size(), out.number);
    } else if (token.kind == Token::Kind::Name) {
      nameOrMore(out);
    } else if (token.text == "(") {
      out = sum();
      expect(")", "to close the parenthesis");
    } else {
      fail(token.begin, fmt::format("a value is missing {}", before(token)));
    }
    out.end = endOfLast();
    --depth_;
    return out;
  }

  void nameOrMore(Syntax& out) {
    if (take("[")) {
      out.kind = Syntax::Kind::Access;
      out.children = list("]", "to close the indices");
    } else if (take("(")) {
      out.kind = Syntax::Kind::Call;
      out.children = list(")", "to close the arguments");
    } else if (out.text == "inf") {
      out.kind = Syntax::Kind::Number;
      out.number = std::numeric_limits<double>::infinity();
    }
  }

  std::vector<Syntax> list(std::string_view closing, std::string_view purpose) {
    std::vector<Syntax> out;
    if (take(closing)) {
      return out;
    }
    do {
      out.push_back(sum());
    } while (!error_ && take(","));
    expect(closing, purpose);
    return out;
  }

  ReductionSyntax reduction() {
    const Token op = next();
    ReductionSyntax out{std::string(op.text), {}, op.begin};
    if (op.kind != Token::Kind::Name) {
      fail(op.begin, fmt::format("a reduction operator is missing {}", before(op)),
           "write `:: max(m)`");
      return out;
    }
    expect("(", "before the reduced rank variables");
    do {
      const Token variable = next();
      if (variable.kind != Token::Kind::Name) {
        fail(variable.begin, fmt::format("a rank variable is missing {}", before(variable)),
             "write `:: max(m)`");
      }
      out.variables.emplace_back(variable.text);
    } while (!error_ && take(","));
    expect(")", "after the reduced rank variables");
    return out;
  }

  std::vector<Token> words_;
  std::size_t place_ = 0;
  int depth_ = 0;
  std::optional<SyntaxError> error_;
};

template <class T>
Parsed<T> parseWith(std::string_view text, T (*rule)(Parser&)) {
  auto words = tokens(text);
  if (!words) {
    return tl::unexpected(words.error());
  }
  Parser parser(std::move(*words)); // NOLINT(misc-const-correctness): the rule changes it
  T out = rule(parser);
  if (parser.error()) {
    return tl::unexpected(*parser.error());
  }
  return out;
}

} // namespace

Parsed<StatementSyntax> parseStatement(std::string_view text) {
  return parseWith<StatementSyntax>(text, [](Parser& parser) { return parser.statement(); });
}

Parsed<std::vector<ComparisonSyntax>> parseMask(std::string_view text) {
  return parseWith<std::vector<ComparisonSyntax>>(text,
                                                  [](Parser& parser) { return parser.mask(); });
}

} // namespace einsight::einsum

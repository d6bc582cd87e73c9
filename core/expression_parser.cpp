#include "core/decimal.hpp"
#include "core/detail/expression_node.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace einsight::core {
namespace {

using Node = Expression::Node;
using NodePointer = std::shared_ptr<const Node>;

constexpr std::size_t kLongestText = 4096;
constexpr int kDeepest = 64;

struct SyntaxError {
  std::size_t column; // from 1
  std::string what;
};

bool startsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool continuesName(char c) {
  return startsName(c) || (c >= '0' && c <= '9') || c == '.';
}
bool isReserved(std::string_view word) {
  return word == "and" || word == "or" || word == "not";
}

NodePointer call(const ExpressionFunction* function, std::vector<NodePointer> arguments) {
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::Call;
  node->function = function;
  node->arguments = std::move(arguments);
  return node;
}

/// Recursive descent; one member per level of precedence, weakest first.
class Parser {
public:
  explicit Parser(std::string_view text) : text_(text) {}

  NodePointer all() {
    auto root = disjunction();
    if (skipSpaces(); at_ < text_.size()) {
      fail(at_, "expected an operator or the end, found " + found());
    }
    return root;
  }

private:
  NodePointer disjunction() {
    auto left = conjunction();
    while (takeWord("or")) {
      left = call(findOperator("or"), {left, conjunction()});
    }
    return left;
  }

  NodePointer conjunction() {
    auto left = negation();
    while (takeWord("and")) {
      left = call(findOperator("and"), {left, negation()});
    }
    return left;
  }

  NodePointer negation() {
    const Nesting nesting(*this);
    return takeWord("not") ? call(findOperator("not"), {negation()}) : comparison();
  }

  NodePointer comparison() {
    auto left = sum();
    const auto* function = takeComparison();
    if (function == nullptr) {
      return left;
    }
    left = call(function, {left, sum()});
    const std::size_t second = (skipSpaces(), at_);
    if (takeComparison() != nullptr) {
      fail(second, "comparisons do not chain; write (a < b) and (b < c)");
    }
    return left;
  }

  NodePointer sum() {
    auto left = product();
    while (const auto* function = takeSymbol("+-")) {
      left = call(function, {left, product()});
    }
    return left;
  }

  NodePointer product() {
    auto left = sign();
    while (const auto* function = takeSymbol("*/%")) {
      left = call(function, {left, sign()});
    }
    return left;
  }

  NodePointer sign() {
    const Nesting nesting(*this);
    if (const auto* function = takeSymbol("+-")) {
      return function->name == "-" ? call(findOperator("neg"), {sign()}) : sign();
    }
    return value();
  }

  NodePointer value() {
    skipSpaces();
    if (auto number = readDecimal(text_.substr(at_))) {
      return numberNode(*number);
    }
    if (take('(')) {
      auto inner = disjunction();
      expectClosing();
      return inner;
    }
    if (const auto word = peekWord(); !word.empty() && !isReserved(word)) {
      return nameOrCall(word);
    }
    fail(at_, "expected a value, found " + found());
  }

  NodePointer numberNode(const Decimal& number) {
    const std::size_t begin = at_;
    at_ += number.length;
    std::int64_t scale = 1;
    if (at_ < text_.size()) {
      const auto suffix = std::string_view("KMG").find(text_[at_]);
      if (suffix != std::string_view::npos) {
        scale = std::int64_t{1} << (10 * (suffix + 1));
        ++at_;
      }
    }
    if (at_ < text_.size() && continuesName(text_[at_])) {
      at_ = begin;
      fail(begin, found() + " is not a number (K, M and G may follow one, and are binary)");
    }
    try {
      if (number.value) {
        auto node = std::make_shared<Node>();
        node->value = *number.value * Rational(scale);
        return node;
      }
    } catch (const std::overflow_error&) { // reported below, as for the digits
    }
    fail(begin, fmt::format("{} does not fit an exact fraction of 64 bits",
                            text_.substr(begin, at_ - begin)));
  }

  NodePointer nameNode(std::string_view word, std::size_t begin) {
    if (word.back() == '.') {
      fail(begin + word.size() - 1, fmt::format("the name '{}' ends with a dot", word));
    }
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::Name;
    node->name = word;
    return node;
  }

  NodePointer nameOrCall(std::string_view word) {
    const std::size_t begin = at_;
    at_ += word.size();
    if (!take('(')) {
      return nameNode(word, begin);
    }
    const auto* function = findFunction(word);
    if (function == nullptr) {
      fail(begin,
           fmt::format("unknown function '{}'; {}", word, suggestion(word, functionNames())));
    }
    std::vector<NodePointer> arguments{disjunction()};
    while (take(',')) {
      arguments.push_back(disjunction());
    }
    expectClosing();
    const std::size_t count = arguments.size();
    if (count < function->leastArguments || count > function->mostArguments) {
      fail(begin, fmt::format("{} takes {} argument{}, not {}", word, function->leastArguments,
                              function->leastArguments == 1 ? "" : "s", count));
    }
    return call(function, std::move(arguments));
  }

  /// Counts how deep the text is nested while it lives.
  struct Nesting {
    explicit Nesting(Parser& owner) : parser(owner) {
      if (++parser.depth_ > 2 * kDeepest) { // `negation` and `sign` each count one level
        parser.fail(parser.at_, fmt::format("nested deeper than {} levels", kDeepest));
      }
    }
    ~Nesting() { --parser.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    Parser& parser;
  };

  const ExpressionFunction* takeComparison() {
    skipSpaces();
    for (const std::string_view symbol : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (text_.substr(at_).starts_with(symbol)) {
        at_ += symbol.size();
        return findOperator(symbol);
      }
    }
    if (at_ < text_.size() && text_[at_] == '=') {
      fail(at_, "write == to compare");
    }
    return nullptr;
  }

  const ExpressionFunction* takeSymbol(std::string_view symbols) {
    skipSpaces();
    if (at_ == text_.size() || symbols.find(text_[at_]) == std::string_view::npos) {
      return nullptr;
    }
    return findOperator(text_.substr(at_++, 1));
  }

  bool take(char symbol) {
    skipSpaces();
    const bool taken = at_ < text_.size() && text_[at_] == symbol;
    at_ += taken ? 1 : 0;
    return taken;
  }

  void expectClosing() {
    if (!take(')')) {
      fail(at_, "expected ')', found " + found());
    }
  }

  bool takeWord(std::string_view word) {
    skipSpaces();
    const bool taken = peekWord() == word;
    at_ += taken ? word.size() : 0;
    return taken;
  }

  void skipSpaces() { at_ = std::min(text_.find_first_not_of(" \t\n", at_), text_.size()); }

  [[nodiscard]] std::string_view peekWord() const {
    if (at_ >= text_.size() || !startsName(text_[at_])) {
      return {};
    }
    const auto* begin = text_.begin() + at_;
    return {begin, std::find_if_not(begin, text_.end(), continuesName)};
  }

  /// The word or character at the current place, quoted, for messages.
  [[nodiscard]] std::string found() const {
    if (at_ >= text_.size()) {
      return "the end";
    }
    std::size_t end = at_ + 1;
    const bool word = continuesName(text_[at_]);
    const auto belongs = [&](char c) { // to the word, or to the same UTF-8 character
      return word ? continuesName(c) : (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    };
    while (end < text_.size() && belongs(text_[end])) {
      ++end;
    }
    return fmt::format("'{}'", text_.substr(at_, end - at_));
  }

  [[noreturn]] static void fail(std::size_t at, std::string what) {
    throw SyntaxError{at + 1, std::move(what)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

} // namespace

tl::expected<NodePointer, std::string> parseExpression(std::string_view text) {
  if (text.size() > kLongestText) {
    return tl::unexpected(
        fmt::format("an expression has at most {} characters, not {}", kLongestText, text.size()));
  }
  try {
    return Parser(text).all();
  } catch (const SyntaxError& error) {
    return tl::unexpected(fmt::format("column {}: {}", error.column, error.what));
  }
}

} // namespace einsight::core

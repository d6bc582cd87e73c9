#include "einsum/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace einsight::einsum {
namespace {

constexpr auto kSymbols = std::to_array<std::string_view>(
    {"::", "<=", ">=", "==", "+", "-", "*", "/", "(", ")", "[", "]", ",", "=", "<", ">"});

bool isNameStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool isDigit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool isNamePart(char c) {
  return isNameStart(c) || isDigit(c);
}

std::size_t lengthOfNumber(std::string_view rest) {
  std::size_t length = 0;
  const auto digits = [&] {
    while (length < rest.size() && isDigit(rest[length])) {
      ++length;
    }
  };
  digits();
  if (length < rest.size() && rest[length] == '.') {
    ++length;
    digits();
  }
  if (length + 1 < rest.size() && rest[length] == 'e' &&
      (isDigit(rest[length + 1]) || rest[length + 1] == '-')) {
    length += 2;
    digits();
  }
  return length;
}

Token tokenAt(std::string_view text, std::size_t begin) {
  const auto rest = text.substr(begin);
  if (isNameStart(rest.front())) {
    const auto* end = std::find_if_not(rest.begin(), rest.end(), isNamePart);
    const auto length = static_cast<std::size_t>(end - rest.begin());
    return {Token::Kind::Name, rest.substr(0, length), begin};
  }
  if (isDigit(rest.front()) || rest.front() == '.') {
    return {Token::Kind::Number, rest.substr(0, lengthOfNumber(rest)), begin};
  }
  const auto* symbol = std::find_if(kSymbols.begin(), kSymbols.end(),
                                    [&](std::string_view s) { return rest.starts_with(s); });
  return symbol == kSymbols.end()
             ? Token{Token::Kind::End, {}, begin}
             : Token{Token::Kind::Symbol, rest.substr(0, symbol->size()), begin};
}

} // namespace

Parsed<std::vector<Token>> tokens(std::string_view text) {
  std::vector<Token> out;
  std::size_t place = 0;
  while (place < text.size()) {
    if (std::isspace(static_cast<unsigned char>(text[place])) != 0) {
      ++place;
      continue;
    }
    const Token token = tokenAt(text, place);
    if (token.kind == Token::Kind::End) {
      return tl::unexpected(SyntaxError{
          place, fmt::format("'{}' has no meaning in an Einsum", text.substr(place, 1)),
          text[place] == '@' ? "a product that is summed is *, and says what it keeps" : ""});
    }
    out.push_back(token);
    place += token.text.size();
  }
  out.push_back({Token::Kind::End, {}, text.size()});
  return out;
}

} // namespace einsight::einsum

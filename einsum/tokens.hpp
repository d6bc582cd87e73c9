#pragma once
#include "einsum/syntax.hpp"

namespace einsight::einsum {

/// A word of an Einsum's text.
struct Token {
  enum class Kind { End, Number, Name, Symbol };
  Kind kind = Kind::End;
  std::string_view text;
  std::size_t begin = 0;
};

/// The words of a text, with an End at its end. Symbols: + - * / ( ) [ ] , = :: < <= > >= ==
Parsed<std::vector<Token>> tokens(std::string_view text);

} // namespace einsight::einsum

#pragma once
#include "core/rational.hpp"
#include "einsum/einsum.hpp"
#include "einsum/syntax.hpp"

#include <tl/expected.hpp>

#include <map>
#include <string>
#include <utility>

namespace einsight::einsum {

/// What names mean in the texts of one cascade.
struct Scope {
  std::map<std::string, std::int64_t> parameters;
  std::vector<std::pair<std::string, std::int64_t>> sizes; ///< rank variable, trip count

  /// A declared rank variable, or a name that is written like one (lower case).
  [[nodiscard]] bool isVariable(const std::string& name) const;
};

/// constant + sum of coefficient * rank variable, exact.
struct Affine {
  std::map<std::string, core::Rational> terms;
  core::Rational constant;

  [[nodiscard]] bool isConstant() const { return terms.empty(); }
  Affine& operator+=(const Affine& other);
  Affine& operator*=(const core::Rational& factor);
};

/// The value of a syntax tree as an affine expression of rank variables: parameters are numbers,
/// products and quotients need a constant side, ceil, floor, min and max need constants.
Parsed<Affine> affine(const Syntax& syntax, const Scope& scope);
/// The same with whole coefficients only, as an index.
Parsed<Index> affineIndex(const Syntax& syntax, const Scope& scope);

} // namespace einsight::einsum

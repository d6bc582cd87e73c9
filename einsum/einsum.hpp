#pragma once
#include "core/problem.hpp"
#include "core/settings.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace einsight::einsum {

/// One index of a tensor access: constant + sum of coefficient * rank variable, or a gather
/// through an index tensor (`K[b, S[b,j], e]`). With sizes bound, coefficients are plain integers:
/// `m1*M0+m0` with M0 = 256 is {{m1,256},{m0,1}}, and `m1+1` is {{m1,1}} with constant 1.
struct Index {
  std::map<std::string, std::int64_t> terms; ///< rank variable -> coefficient
  std::int64_t constant = 0;
  std::string gatherTensor;       ///< empty unless the index is read from a tensor
  std::vector<Index> gatherIndex; ///< where in that tensor

  /// The rank variable when the index is just one (`p`), else empty.
  [[nodiscard]] std::string plainVariable() const;
  bool operator==(const Index&) const = default;
};

/// A tensor with one index per rank.
struct Access {
  std::string tensor;
  std::vector<Index> indices;
  core::Where where;
};

/// An expression over tensor accesses, constants and rank variables: a tree of map operators.
struct Expr {
  enum class Kind { Access, Constant, Variable, Operator };
  Kind kind = Kind::Constant;
  Access access;       ///< Kind::Access
  double constant = 0; ///< Kind::Constant
  std::string name;    ///< Kind::Operator: operator's name; Kind::Variable: rank variable
  std::vector<Expr> operands;
};

/// sum of coefficient * rank variable + constant >= 0
struct Constraint {
  std::map<std::string, std::int64_t> terms;
  std::int64_t constant = 0;
  bool operator==(const Constraint&) const = default;
};

/// A reduction of the expression over rank variables with an operator of the table.
struct Reduction {
  std::string op;
  std::vector<std::string> variables;
};

/// One extended Einsum with all sizes bound.
/// Iteration space: the product of its rank variables, less the points that a constraint excludes
/// (masks, and indices that leave a tensor's shape, as in a last short partition).
struct Einsum {
  std::string name; ///< the output tensor's name
  Access output;
  Expr expression;
  std::vector<Reduction> reductions;
  std::vector<std::string> variables; ///< iteration space: output's first, then reduced ones;
                                      ///< the new rank of a topk is not part of it
  std::vector<Constraint> domain;     ///< masks and short partitions; a conjunction
  std::size_t masks = 0; ///< the first so many of `domain` are its own masks; the rest follow from
                         ///< its indices and from what it reads
  std::optional<std::string> iterative; ///< rank variable along which it reads its own output
  bool view = false;                    ///< only renames, shifts or partitions a tensor: no work
  std::string text;                     ///< as written
  core::Where where;
};

/// A tensor of a cascade.
struct Tensor {
  std::string name;
  std::vector<std::string> ranks; ///< names, upper case, for messages ("M1+1" allowed)
  std::vector<std::int64_t> shape;
  int bits = 16;                 ///< storage type
  int accumulateBits = 16;       ///< type of partial sums
  bool input = false;            ///< given from outside
  bool result = false;           ///< asked for by the outside
  std::optional<double> initial; ///< iterative tensors: value at index 0 of the iterative rank
  core::Where where;
};

/// Map operators and reductions per point of an Einsum's iteration space.
/// A product reduced by + is one `macc` per point; `max` reduced over m0 is one `max` per point.
struct OperationCount {
  std::string op;
  std::int64_t perPoint = 1;
  bool operator==(const OperationCount&) const = default;
};

} // namespace einsight::einsum

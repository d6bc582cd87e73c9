#pragma once
#include "einsum/einsum.hpp"

#include <span>
#include <string>
#include <vector>

namespace einsight::einsum {

/// Every access of an expression, left to right.
std::vector<const Access*> accesses(const Expr& expression);
/// The accesses that must be present for a point to be present: those under intersections and in
/// first operands, never those under unions.
std::vector<const Access*> requiredAccesses(const Expr& expression);
/// Names of the tensors an Einsum reads, also as indices of a gather; each once.
std::vector<std::string> tensorsRead(const Einsum& einsum);
/// Rank variables in order of appearance, each once.
void addVariables(const Index& index, std::vector<std::string>& variables);
void addVariables(const Access& access, std::vector<std::string>& variables);
void addVariables(const Expr& expression, std::vector<std::string>& variables);
/// The rank variables of an access, each once, in the order in which they come.
std::vector<std::string> variablesOf(const Access& access);

/// All rank variables that some reduction of the Einsum takes away.
std::vector<std::string> reducedVariables(const Einsum& einsum);

/// `256*m1+m0`, `S[b,j]`, and `K[b,h,e,256*m1+m0]`: for messages and printing.
std::string toText(const Index& index);
std::string toText(const Access& access);

template <class T>
bool contains(const std::vector<T>& list, const T& value) {
  for (const T& item : list) {
    if (item == value) {
      return true;
    }
  }
  return false;
}

} // namespace einsight::einsum

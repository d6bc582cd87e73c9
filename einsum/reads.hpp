#pragma once
#include "einsum/einsum.hpp"

namespace einsight::einsum {

/// Every access of an expression, left to right, each followed by those of the index tensors that
/// it is read with (`S[b,j]` of `K[b,S[b,j],e]`), as accesses of their own.
std::vector<Access> reads(const Expr& expression);
/// The same of one access, without the access itself.
std::vector<Access> indexReads(const Access& access);

} // namespace einsight::einsum

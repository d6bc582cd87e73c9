#pragma once
#include "einsum/evaluate.hpp"

namespace einsight::einsum {

/// Evaluates an Einsum that is a plain contraction (a product of two tensors with plain indices,
/// summed, masked only over output ranks) as batched matrix products. Returns false, and leaves
/// `out` alone, for every other Einsum.
bool contract(const Cascade& cascade, const Einsum& einsum, const Environment& values, Values& out);

} // namespace einsight::einsum

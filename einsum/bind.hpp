#pragma once
#include "einsum/affine.hpp"
#include "einsum/source_text.hpp"

#include <optional>

namespace einsight::einsum {

/// An Einsum from its text: output, expression and reductions, with parameters as numbers.
/// What follows from other Einsums (shapes, order, domain) is added by `check`.
std::optional<Einsum> bindEinsum(const SourceText& source, const Scope& scope,
                                 core::Problems& problems);
/// The constraints of a mask (`m <= p and p - m < W`), each as an affine expression >= 0.
std::vector<Constraint> bindMask(const SourceText& source, const Scope& scope,
                                 core::Problems& problems);

} // namespace einsight::einsum

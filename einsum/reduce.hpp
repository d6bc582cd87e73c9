#pragma once
#include "einsum/program.hpp"

#include <optional>
#include <utility>

namespace einsight::einsum {

/// Evaluates one Einsum over its whole iteration space, or over one iteration of an iterative
/// rank, into `out`.
void evaluateEinsum(const Cascade& cascade, const Einsum& einsum, const Environment& values,
                    const std::optional<std::pair<std::string, std::int64_t>>& iteration,
                    Values& out);

} // namespace einsight::einsum

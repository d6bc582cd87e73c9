#pragma once
#include "einsum/cascade.hpp"

namespace einsight::einsum {

/// Einsums that are evaluated together: one alone, or a group that needs its own earlier results
/// along an iterative rank variable.
struct Group {
  std::vector<std::size_t> members; ///< in an order in which one iteration can be evaluated
  std::string variable;             ///< the iterative rank variable; empty for one alone
};

/// How many iterations of `variable` earlier a tensor's element was written than it is read: RM
/// written at m1+1 and read at m1 has distance 1. Nothing where the two are not comparable.
std::optional<std::int64_t> distance(const Access& written, const Access& read,
                                     const std::string& variable);

/// Groups in an order in which they can be evaluated, as close as possible to the written order.
/// Fails for every cycle that is not an iterative rank, naming the Einsums on it.
core::Expected<std::vector<Group>> dependencyOrder(std::span<const Einsum> einsums);

} // namespace einsight::einsum

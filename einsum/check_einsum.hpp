#pragma once
#include "einsum/cascade.hpp"

namespace einsight::einsum {

/// Smallest and largest value of an index or constraint over the whole box of rank variables.
struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
};
/// Nothing where 64 bits do not hold it.
std::optional<Range> range(const std::map<std::string, std::int64_t>& terms, std::int64_t constant,
                           const Cascade::Data& data);

/// Trip count of a declared rank variable, or nothing.
std::optional<std::int64_t> sizeOf(const std::string& variable, const Cascade::Data& data);

/// The rules that concern one Einsum alone: declared rank variables, reductions with operators, an
/// output that no two points share. Completes `reductions` and `variables`.
void checkEinsum(Einsum& einsum, const Cascade::Data& data, core::Problems& problems);

/// What is wrong with the Einsums that were understood, beside others that were not: these compute
/// the tensors named in `wrong`, of any shape.
core::Problems problemsBeside(Cascade::Data data, std::vector<std::string> wrong);

} // namespace einsight::einsum

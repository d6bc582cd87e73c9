#pragma once
#include "core/expected.hpp"

#include <cstdint>
#include <vector>

namespace einsight::einsum {

/// The integer points of a box 0 <= x[i] < sizes[i] that satisfy every row: sum of
/// coefficients[i] * x[i] + constant >= 0.
struct Polytope {
  struct Row {
    std::vector<std::int64_t> coefficients;
    std::int64_t constant = 0;
  };
  std::vector<std::int64_t> sizes;
  std::vector<Row> rows;
};

/// How many points there are, exactly. Partitioned variables (256*m1 + m0, always together) count
/// as one; variables that no row connects multiply; in a connected set the longest variable is
/// summed as an interval and the others are stepped through, at most 2^28 steps.
/// Fails with one sentence when that is exceeded or 64 bits do not hold the count.
tl::expected<std::int64_t, std::string> countPoints(Polytope space);

} // namespace einsight::einsum

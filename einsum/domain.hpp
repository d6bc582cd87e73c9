#pragma once
#include "einsum/cascade.hpp"

namespace einsight::einsum {

/// Adds to each Einsum's own masks what follows from its indices (0 <= m1*M0+m0 < M, only where it
/// can be violated) and from the tensors it cannot do without: their domain, in its own rank
/// variables. Precondition: `data.einsums` is in an order of evaluation and `iterative` is set.
void deriveDomains(Cascade::Data& data);

} // namespace einsight::einsum

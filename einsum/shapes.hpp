#pragma once
#include "einsum/cascade.hpp"

namespace einsight::einsum {

/// Infers the ranks and shape of every computed tensor, in the order of evaluation, marks inputs,
/// and checks each access against the shape of what it reads. Einsums named in `wrong` have
/// problems already: they are passed over, and their outputs may have any shape.
void checkShapes(Cascade::Data& data, const std::vector<std::string>& wrong,
                 core::Problems& problems);

} // namespace einsight::einsum

#pragma once
#include "config/node.hpp"
#include "einsum/affine.hpp"
#include "einsum/cascade.hpp"

namespace einsight::einsum {

/// The tensors of a `tensors:` map, each `NAME: [ranks]` or `NAME: {ranks, bits, accumulate_bits,
/// initial}`. A rank is a rank variable or a size expression over parameters.
std::vector<Tensor> readTensors(const config::Node& map, const Cascade::Data& data,
                                core::Problems& problems);

} // namespace einsight::einsum

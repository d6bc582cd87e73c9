#pragma once
#include "mappings/gpu/mapping.hpp"

namespace einsight::mappings::gpu {

/// The kernels that a rule makes of a cascade, in an order in which they can run. Fails when a
/// number of the rule is not one.
core::Expected<std::vector<Kernel>> chainOf(const Mapping& mapping, const einsum::Cascade& cascade,
                                            const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu

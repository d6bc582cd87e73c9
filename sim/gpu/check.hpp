#pragma once
#include "core/problem.hpp"
#include "sim/gpu/kernel.hpp"

namespace einsight::sim::gpu {

/// What keeps a chain from running on any device: fewer stages than iterations that take a tile at
/// the same time. Empty when nothing does.
core::Problems check(const Chain& chain);

} // namespace einsight::sim::gpu

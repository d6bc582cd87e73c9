#pragma once
#include "mappings/gpu/mapping.hpp"

#include <array>

/// What expressions of a mapping for GPUs may use.
namespace einsight::mappings::gpu {

/// Instructions of tensor cores; the name of one is 1 in `gpu.NAME` where the GPU has it.
constexpr std::array<std::string_view, 3> kInstructions{"mma", "wgmma", "tcgen05"};

/// Names from outside the mapping: parameters and ranks of the workload, `masked`, `bits`, and
/// those of the GPU (see `names`).
core::Expression::Lookup outerNames(const einsum::Cascade& cascade, const arch::Gpu& gpu);

/// The problem of an expression that has no value: why, of a size in it that has none why that has
/// none, and the nearest name to one that is unknown.
core::Problem noValue(const Number& number, const Mapping& mapping, const einsum::Cascade& cascade,
                      const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu

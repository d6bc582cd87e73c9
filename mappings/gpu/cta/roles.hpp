#pragma once
#include "mappings/gpu/kernel_plan.hpp"

namespace einsight::mappings::gpu {

/// Where in a CTA's work an Einsum is done: before, in or after the loop.
enum class Role { Prologue, Iteration, Epilogue };

/// Is an Einsum of the loop a sum (or another reduction) over the iterations?
bool knownAfterLoop(const einsum::Einsum& einsum, const KernelPlan& plan);

/// The role of every Einsum of a kernel: those with the loop's rank variable are in it, what takes
/// their results comes after it. Reports an Einsum of the loop that takes what comes after it.
std::map<std::string, Role> rolesOf(const KernelPlan& plan, const einsum::Cascade& cascade,
                                    core::Problems& problems);

} // namespace einsight::mappings::gpu

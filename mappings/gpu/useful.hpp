#pragma once
#include "einsum/cascade.hpp"

#include <map>
#include <string>

/// Work that the cascade asks for, whatever a kernel does besides.
namespace einsight::mappings::gpu {

/// Multiply-accumulates of each contraction, by the name of its Einsum, where masks leave points:
/// its own, and those of all who read it (scores that are masked after two products were added). No
/// entry for an Einsum without any. Fails when 64 bits do not hold a count.
core::Expected<std::map<std::string, double>> usefulMaccs(const einsum::Cascade& cascade);

} // namespace einsight::mappings::gpu

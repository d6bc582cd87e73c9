#pragma once
#include "einsum/cascade.hpp"

/// Small sizes for any mechanism of the library.
namespace einsight::library {

/// Multiplications, additions and so on of a cascade, all together.
double operationsOf(const einsum::Cascade& cascade);

/// Settings with which a workload has at most so many operations: L = 40, then every other free
/// parameter, the largest first, halved for as long as the workload can still be read.
core::Settings smallSettings(const std::string& workload, double operations);

} // namespace einsight::library

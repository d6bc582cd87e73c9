#pragma once
#include "einsum/cascade.hpp"

#include <map>
#include <string_view>

namespace einsight::einsum {

/// Operators per point of the iteration space, in the order of evaluation (`sub`, then `exp`), the
/// reduction last; a product reduced by + is one `macc`. Empty for views.
std::vector<OperationCount> operationsPerPoint(const Einsum& einsum);
/// Points of the iteration space that satisfy the domain, counted exactly (closed form where the
/// constraints allow, never by visiting points one by one). Fails when 64 bits do not hold it.
core::Expected<std::int64_t> points(const Cascade& cascade, const Einsum& einsum);
/// Operator -> number of times, for the whole cascade entry.
core::Expected<std::map<std::string, std::int64_t>> operations(const Cascade& cascade,
                                                               const Einsum& einsum);
/// Minimum number of passes over each rank (upper case name of the unpartitioned rank, "M").
/// Definition and algorithm: FuseMax (MICRO 2024) section 3, reference in docs/passes.md.
std::map<std::string, int> passes(const Cascade& cascade);
/// Elements of a tensor, and the smallest number of them that must be live at once for any
/// mapping (whole fibers of ranks that later passes read again; else one element of the rank).
struct Footprint {
  std::int64_t elements = 0;
  std::int64_t liveElements = 0;
};
std::map<std::string, Footprint> footprints(const Cascade& cascade);
/// Floating-point operations that one operation of this name counts as: a macc is two.
double flopsOf(std::string_view operation);
/// Of the whole cascade, masked points left out; Einsums that 64 bits cannot count are left out.
double flops(const Cascade& cascade);
/// flops() per byte when every input is read and every result written once.
double operationalIntensity(const Cascade& cascade);

} // namespace einsight::einsum

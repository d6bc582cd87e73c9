#pragma once
#include "einsum/cascade.hpp"

#include <map>

namespace einsight::einsum {

/// A rank and the ways in which a cascade runs over it: by one variable (m), or by a partition of
/// it, outermost part first (m1, m0).
struct RankTarget {
  std::string name;
  std::vector<std::vector<std::string>> ways;
};

/// The variables of an index from the largest coefficient to the smallest: the outermost part of a
/// partition first.
std::vector<std::string> outermostFirst(const Index& index, const Cascade& cascade);
/// Every rank that some Einsum runs over: partitions under the name of the rank they partition.
std::vector<RankTarget> rankTargets(const Cascade& cascade);
/// The pass in which each Einsum (by name) runs over the whole rank, counted from 0; Einsums that
/// do not run over all of it have none.
std::map<std::string, int> passNumbers(const Cascade& cascade, const RankTarget& target);

} // namespace einsight::einsum

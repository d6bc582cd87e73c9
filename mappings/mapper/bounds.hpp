#pragma once
#include "mappings/mapper/nest.hpp"

namespace einsight::mappings::mapper {

/// What a section costs at least, whatever its loops, tiles and keeps are.
struct Least {
  double cycles = 0;
  double picojoules = 0;
};

/// Work with all lanes busy on the best assignment of Einsums to units, inputs read once and
/// results that leave written once at the bandwidth of DRAM; the energy of both.
Least leastOf(const Facts& facts, const std::vector<int>& members);

} // namespace einsight::mappings::mapper

#pragma once
#include "arch/machine.hpp"
#include "report/table.hpp"

namespace einsight::cli {

/// A machine as a tree of its components, from DRAM inwards: sizes, rates, energy per action, area.
std::string describe(const arch::Machine& machine, const report::Style& style);

} // namespace einsight::cli

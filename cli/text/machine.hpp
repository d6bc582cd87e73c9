#pragma once
#include "arch/gpu/gpu.hpp"
#include "arch/machine.hpp"
#include "report/table.hpp"

namespace einsight::cli {

/// A machine as a tree of its components, from DRAM inwards: sizes, rates, energy per action, area.
std::string describe(const arch::Machine& machine, const report::Style& style);

/// A GPU as tables: peaks by type, what operations cost on the lanes, memories, launches, price,
/// and which numbers were fitted.
std::string describe(const arch::Gpu& gpu, const report::Style& style);

} // namespace einsight::cli

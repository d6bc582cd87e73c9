#pragma once
#include "config/setting.hpp"

namespace einsight::arch {

/// What the number measures that the first of the machines, names or files, that has one writes at
/// a path, "dram.bandwidth": what a setting of it may have as a unit (config::settingValue). None
/// where no file writes a unit there.
std::optional<config::Dimension> measureAt(const std::vector<std::string>& machines,
                                           const std::string& path);

} // namespace einsight::arch

#pragma once
#include "config/node.hpp"

namespace einsight::explore {

/// Reports the keys of `settings` (null: none; "count", "arch.count") that are no parameters of a
/// machine (by its name in the catalogue, or the path of its file); `name` is how the user calls
/// it. Paths of numbers ("links.nvlink.latency") and a machine that cannot be read are for its
/// reader to judge.
void checkParameters(const std::string& name, const std::string& machine,
                     const config::Node* settings, core::Problems& problems);

} // namespace einsight::explore

#pragma once
#include "config/node.hpp"

#include <functional>

namespace einsight::explore {

/// Names of the catalogue's mappings of a kind, the best first: those of smaller `preference`, then
/// those without, each in the order of their names. `leftOut` sees the root of a file.
std::vector<std::string> byPreference(std::string_view kind,
                                      const std::function<bool(const config::Node&)>& leftOut = {});

} // namespace einsight::explore

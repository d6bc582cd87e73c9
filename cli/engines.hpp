#pragma once
#include "core/expected.hpp"

#include <string>
#include <vector>

namespace einsight::cli {

/// The engines that answer for any size.
const std::vector<std::string>& engineNames();
/// Those of a single run: also the ones that simulate only small machines.
const std::vector<std::string>& runEngineNames();
/// A problem with the nearest name where there is no such engine.
core::Problems checkEngine(const std::string& name,
                           const std::vector<std::string>& known = engineNames());

} // namespace einsight::cli

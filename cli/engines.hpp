#pragma once
#include "core/expected.hpp"

#include <string>
#include <vector>

namespace einsight::cli {

/// The engines that `--engine` may name.
const std::vector<std::string>& engineNames();
/// A problem with the nearest name where there is no such engine.
core::Problems checkEngine(const std::string& name);

} // namespace einsight::cli

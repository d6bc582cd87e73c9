#pragma once
#include "core/problem.hpp"

#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): its own name
class App;
}

namespace einsight::cli {

/// Why no file can be written there; empty when one can. `option` is named as the place.
core::Problems checkWritable(const std::string& option, const std::string& file);

/// The same for the files of several options of a command that are given, "-" (stdout) left out.
core::Problems checkOutputs(const CLI::App& options, const std::vector<std::string>& names);

} // namespace einsight::cli

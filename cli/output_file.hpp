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

/// Mistakes in the values that any command's options were given, which can be seen before any work:
/// an empty value; an output that is a file the command reads (named by another option, also as
/// CASCADE:MODEL or NAME=FILE); "-" where the answer does not go to stdout.
core::Problems checkValues(const CLI::App& options);

} // namespace einsight::cli

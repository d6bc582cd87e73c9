#pragma once
#include <string>

namespace CLI { // NOLINT(readability-identifier-naming): its own name
class App;
}

namespace einsight::cli {

/// The command that was given, as one line for a shell: its name, its arguments, its options in the
/// order of their declaration. Options that only say where answers go (--json, --csv, --vcd,
/// --trace, --svg) are left out.
std::string commandLine(const CLI::App& command);

/// A JSON object with `provenance.command` and `provenance.version` set, and
/// `provenance.settings{name: value}` where the command has --set.
std::string withProvenance(const std::string& json, const CLI::App& command);

} // namespace einsight::cli

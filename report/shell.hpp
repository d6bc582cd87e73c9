#pragma once
#include <string>

namespace einsight::report {

/// A word as a POSIX shell reads it back: in single quotes where it needs them.
std::string shellWord(const std::string& word);

} // namespace einsight::report

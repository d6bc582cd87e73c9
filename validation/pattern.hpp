#pragma once
#include <string_view>

namespace einsight::validation {

/// Whether a text is a pattern in which each * stands for any text.
bool matches(std::string_view text, std::string_view pattern);

} // namespace einsight::validation

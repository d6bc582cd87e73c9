#pragma once
#include <string>
#include <string_view>

namespace einsight::report {

/// Bytes as text of 64 letters, four for every three bytes (RFC 4648, section 4, with padding).
std::string base64(std::string_view bytes);

} // namespace einsight::report

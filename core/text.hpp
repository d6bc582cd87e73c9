#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace einsight::core {

/// The candidate that a person most likely meant by `got`, or "": at most three edits (insert,
/// delete, replace, swap neighbours) and at most half of the word away; the first of equals.
std::string nearest(std::string_view got, const std::vector<std::string>& candidates);

/// "did you mean 'x'? (one of: x, y)", or "one of: x, y" when nothing is near; "" without any
/// names. Each is listed once, and a long list is cut ("… and 12 more").
std::string suggestion(std::string_view got, const std::vector<std::string>& names);

/// 1048576 -> "1M", 1536 -> "1536": binary suffixes where they are exact.
std::string binaryCount(std::int64_t value);

} // namespace einsight::core

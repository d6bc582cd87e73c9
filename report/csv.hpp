#pragma once

#include <string>
#include <vector>

namespace einsight::report {

/// One line of comma-separated values (RFC 4180) with its line feed: cells with a comma, a quote or
/// a line break stand in quotes.
std::string csvLine(const std::vector<std::string>& cells);

/// A number as the shortest text that reads back as the same double; "" for none or not finite.
std::string csvNumber(double value);

} // namespace einsight::report

#include "report/csv.hpp"

#include <fmt/format.h>

#include <cmath>

namespace einsight::report {

std::string csvLine(const std::vector<std::string>& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out += i == 0 ? "" : ",";
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      out += cells[i];
      continue;
    }
    out += '"';
    for (const char letter : cells[i]) {
      out += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    }
    out += '"';
  }
  return out + "\n";
}

std::string csvNumber(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}

} // namespace einsight::report

#pragma once
#include "core/expected.hpp"

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace einsight::validation {

/// One row of a CSV file: column -> text.
struct Row {
  std::map<std::string, std::string, std::less<>> cells;
  core::Where where;
  /// The text of a column that readRows was asked for.
  [[nodiscard]] const std::string& operator[](std::string_view column) const;
};

/// The rows of a CSV file that have a cell for each column, and what is wrong with the others.
struct Lines {
  std::vector<Row> rows; ///< none where columns are missing
  core::Problems problems;
};
Lines readLines(const std::filesystem::path& file, std::span<const std::string_view> columns);

/// The rows of a CSV file (RFC 4180) whose first line names its columns, which must be at least
/// `columns`; lines that are empty or begin with '#' are skipped. Every problem at once.
core::Expected<std::vector<Row>> readRows(const std::filesystem::path& file,
                                          std::span<const std::string_view> columns);

} // namespace einsight::validation

#include "validation/rows.hpp"

#include "core/invariant.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <optional>

namespace einsight::validation {
namespace {

/// The cells of one line; nothing when a quote is not closed.
std::optional<std::vector<std::string>> cellsOf(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char letter = line[i];
    if (quoted && letter == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += '"';
      ++i;
    } else if (letter == '"') {
      quoted = !quoted;
    } else if (letter == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += letter;
    }
  }
  return quoted ? std::nullopt : std::optional(std::move(cells));
}

class Reader {
public:
  Reader(const std::filesystem::path& file, std::span<const std::string_view> columns)
      : file_(file.string()), columns_(columns) {}

  void line(const std::string& text, int number) {
    const core::Where where{file_, number, 1, {}};
    auto cells = cellsOf(text);
    if (!cells) {
      problems.push_back({where, "a quote is not closed", R"(write " inside quotes as "")"});
    } else if (header_.empty()) {
      readHeader(std::move(*cells), where);
    } else if (cells->size() != header_.size()) {
      problems.push_back(
          {where,
           fmt::format("the row has {} cells, the header names {}", cells->size(), header_.size()),
           "quote cells that contain a comma"});
    } else {
      Row row{{}, where};
      for (std::size_t i = 0; i < header_.size(); ++i) {
        row.cells.emplace(header_[i], std::move((*cells)[i]));
      }
      rows.push_back(std::move(row));
    }
  }

  void finish() {
    if (header_.empty() && problems.empty()) {
      problems.push_back({{file_, 0, 0, {}}, "the file is empty", wanted()});
    }
  }

  /// Every column is there.
  [[nodiscard]] bool complete() const { return complete_; }

  std::vector<Row> rows;
  core::Problems problems;

private:
  [[nodiscard]] std::string wanted() const {
    return fmt::format("the first line names the columns: {}", fmt::join(columns_, ","));
  }

  void readHeader(std::vector<std::string> cells, const core::Where& where) {
    header_ = std::move(cells);
    for (const auto column : columns_) {
      if (std::find(header_.begin(), header_.end(), column) == header_.end()) {
        complete_ = false;
        problems.push_back({where, fmt::format("there is no column '{}'", column), wanted()});
      }
    }
  }

  std::string file_;
  std::span<const std::string_view> columns_;
  std::vector<std::string> header_;
  bool complete_ = true;
};

} // namespace

const std::string& Row::operator[](std::string_view column) const {
  const auto found = cells.find(column);
  EINSIGHT_INVARIANT(found != cells.end(), "a column that was asked for");
  return found->second;
}

Lines readLines(const std::filesystem::path& file, std::span<const std::string_view> columns) {
  std::ifstream stream(file);
  if (!stream || std::filesystem::is_directory(file)) {
    return {{}, {{{file.string(), 0, 0, {}}, "cannot read the file", {}}}};
  }
  Reader reader(file, columns);
  std::string text;
  for (int number = 1; std::getline(stream, text); ++number) {
    if (!text.empty() && text.back() == '\r') {
      text.pop_back();
    }
    if (!text.empty() && text.front() != '#') {
      reader.line(text, number);
    }
  }
  reader.finish();
  return {reader.complete() ? std::move(reader.rows) : std::vector<Row>(),
          std::move(reader.problems)};
}

core::Expected<std::vector<Row>> readRows(const std::filesystem::path& file,
                                          std::span<const std::string_view> columns) {
  auto lines = readLines(file, columns);
  if (!lines.problems.empty()) {
    return core::failure(std::move(lines.problems));
  }
  return std::move(lines.rows);
}

} // namespace einsight::validation

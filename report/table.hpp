#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace einsight::report {

/// How text is shown. Colours are ANSI escapes: for terminals only.
struct Style {
  bool colour = false;
};

/// The text in bold (headings), green (good), yellow (warnings) or red (bad); unchanged without
/// colour.
std::string bold(std::string_view text, const Style& style);
std::string green(std::string_view text, const Style& style);
std::string yellow(std::string_view text, const Style& style);
std::string red(std::string_view text, const Style& style);

/// Characters that a terminal shows for UTF-8 text (one cell each).
std::size_t width(std::string_view text);

/// A table of text, its columns as wide as their widest cell.
class Table {
public:
  enum class Align { Left, Right };
  struct Column {
    std::string title;
    Align align = Align::Right;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// Cells that are missing at the end stay empty; more cells than columns are our own bug.
  void row(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// One line per row below the titles, each indented by two spaces, columns two spaces apart, no
  /// spaces at the end of a line.
  [[nodiscard]] std::string render(const Style& style = {}) const;

private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

} // namespace einsight::report

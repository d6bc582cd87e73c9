#pragma once
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace einsight::report {

/// A cell: a number (NaN where it is unknown) or a text.
using Cell = std::variant<double, std::string>;

/// A column of numbers or of texts.
struct DataColumn {
  std::string name;  ///< unique in its table: what charts and files call it
  std::string title; ///< for people
  std::string unit; ///< "s", "J", "mm²", "B", "op/s", "share", "x" (a ratio), …; empty: a plain one
  bool text = false;
  bool setting = false; ///< a parameter that was set: the name is that of --set
  std::vector<double> numbers{};
  std::vector<std::string> texts{};
};

/// What a picture is drawn from, column by column; all columns are as long.
class DataTable {
public:
  DataTable(std::string id, std::string title, std::vector<DataColumn> columns);

  /// Adds a row, a cell for each column, each of its column's kind.
  void addRow(std::vector<Cell> cells);
  /// Adds a column that is as long as the others, before the one at `place` (the last by default).
  void addColumn(DataColumn column, std::size_t place = std::string::npos);
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const std::vector<DataColumn>& columns() const { return columns_; }
  [[nodiscard]] const DataColumn* column(const std::string& name) const;
  /// A cell for people: numbers with at most six digits; empty where unknown.
  [[nodiscard]] std::string text(std::size_t row, const DataColumn& column) const;
  /// The command that makes the numbers of a row: that of its column `command`, or of the template;
  /// empty where the table knows none.
  [[nodiscard]] std::string command(std::size_t row) const;

  /// What reproduces a row: {name} stands for the cell of a column, {settings} for a --set of every
  /// setting of the row.
  std::string commandTemplate;

private:
  std::string id_, title_;
  std::vector<DataColumn> columns_;
  std::size_t rows_ = 0;
};

DataColumn textColumn(std::string name, std::string title);
DataColumn numberColumn(std::string name, std::string title, std::string unit = {});
/// A column of texts that stand already.
DataColumn textColumn(std::string name, std::string title, std::vector<std::string> texts);
/// A column of what `--set NAME=` gave: of numbers where all that were given are ("16K" is 16384),
/// else of texts. "" where a row does not have the setting.
DataColumn settingColumn(std::string name, std::vector<std::string> texts);

/// One line of CSV per row below a line of names; numbers read back as the same double. A last
/// column `command` where the table knows commands.
std::string toCsv(const DataTable& table);

} // namespace einsight::report

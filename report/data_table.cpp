#include "report/data_table.hpp"

#include "core/invariant.hpp"
#include "report/csv.hpp"
#include "report/shell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

namespace einsight::report {
namespace {

/// "16384" or "16K"; NaN for "", nothing for any other text.
std::optional<double> numberOf(std::string text) {
  if (text.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  constexpr std::string_view kSuffixes = "KMG";
  const auto suffix = kSuffixes.find(text.back());
  if (suffix != std::string_view::npos) {
    text.pop_back();
  }
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) {
    return std::nullopt;
  }
  return suffix == std::string_view::npos ? value
                                          : std::ldexp(value, static_cast<int>(10 * (suffix + 1)));
}

/// A cell as an argument: numbers in full.
std::string argument(const DataColumn& column, std::size_t row) {
  return column.text ? column.texts[row] : csvNumber(column.numbers[row]);
}

} // namespace

DataColumn textColumn(std::string name, std::string title) {
  DataColumn column{std::move(name), std::move(title), {}};
  column.text = true;
  return column;
}

DataColumn numberColumn(std::string name, std::string title, std::string unit) {
  return {std::move(name), std::move(title), std::move(unit)};
}

DataColumn textColumn(std::string name, std::string title, std::vector<std::string> texts) {
  auto column = textColumn(std::move(name), std::move(title));
  column.texts = std::move(texts);
  return column;
}

DataColumn settingColumn(std::string name, std::vector<std::string> texts) {
  auto title = name;
  auto column = textColumn(std::move(name), std::move(title));
  column.setting = true;
  std::vector<double> numbers;
  for (const auto& text : texts) {
    const auto number = numberOf(text);
    if (!number) {
      column.texts = std::move(texts);
      return column;
    }
    numbers.push_back(*number);
  }
  column.text = false;
  column.numbers = std::move(numbers);
  return column;
}

DataTable::DataTable(std::string id, std::string title, std::vector<DataColumn> columns)
    : id_(std::move(id)), title_(std::move(title)), columns_(std::move(columns)) {}

void DataTable::addRow(std::vector<Cell> cells) {
  EINSIGHT_INVARIANT(cells.size() == columns_.size(), "a row has a cell for each column");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto& column = columns_[i];
    EINSIGHT_INVARIANT(column.text == std::holds_alternative<std::string>(cells[i]),
                       "a cell is of its column's kind");
    if (column.text) {
      column.texts.push_back(std::move(std::get<std::string>(cells[i])));
    } else {
      column.numbers.push_back(std::get<double>(cells[i]));
    }
  }
  ++rows_;
}

void DataTable::addColumn(DataColumn column, std::size_t place) {
  EINSIGHT_INVARIANT((column.text ? column.texts.size() : column.numbers.size()) == rows_,
                     "a column is as long as the others");
  const auto before = std::min(place, columns_.size());
  columns_.insert(columns_.begin() + static_cast<std::ptrdiff_t>(before), std::move(column));
}

const DataColumn* DataTable::column(const std::string& name) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const DataColumn& each) { return each.name == name; });
  return found == columns_.end() ? nullptr : &*found;
}

std::string DataTable::text(std::size_t row, const DataColumn& column) const {
  if (column.text) {
    return column.texts[row];
  }
  const double value = column.numbers[row];
  return std::isnan(value) ? std::string() : fmt::format("{:.6g}", value);
}

std::string DataTable::command(std::size_t row) const {
  if (const auto* own = column("command")) {
    return own->texts[row];
  }
  std::string out;
  for (std::size_t at = 0; at < commandTemplate.size();) {
    const auto open = commandTemplate.find('{', at);
    const auto close = commandTemplate.find('}', open);
    out += commandTemplate.substr(at, open - at);
    if (open == std::string::npos) {
      break;
    }
    const auto name = commandTemplate.substr(open + 1, close - open - 1);
    if (name == "settings") {
      for (const auto& setting : columns_) {
        if (const auto value = setting.setting ? argument(setting, row) : ""; !value.empty()) {
          out += " --set " + shellWord(setting.name + "=" + value);
        }
      }
    } else {
      const auto* known = column(name);
      EINSIGHT_INVARIANT(known != nullptr, "a command names columns of its table");
      out += shellWord(argument(*known, row));
    }
    at = close + 1;
  }
  return out;
}

std::string toCsv(const DataTable& table) {
  std::vector<std::string> cells;
  for (const auto& column : table.columns()) {
    cells.push_back(column.name);
  }
  const bool commands = !table.commandTemplate.empty();
  if (commands) {
    cells.emplace_back("command");
  }
  auto out = csvLine(cells);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    cells.clear();
    for (const auto& column : table.columns()) {
      cells.push_back(argument(column, row));
    }
    if (commands) {
      cells.push_back(table.command(row));
    }
    out += csvLine(cells);
  }
  return out;
}

} // namespace einsight::report

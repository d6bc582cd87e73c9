#include "report/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::report {
namespace {

constexpr std::size_t kMostRows = 40;

/// Text that is nothing but text in Markdown and in a cell of a table.
std::string plain(const std::string& text) {
  constexpr std::string_view kSpecial = "\\`*_{}[]<>#|~&";
  std::string out;
  for (const char letter : text) {
    out += letter == '\n'                                    ? std::string(" ")
           : kSpecial.find(letter) != std::string_view::npos ? std::string("\\") + letter
                                                             : std::string(1, letter);
  }
  return out;
}

std::string codeBlock(const std::string& command) {
  return "```text\n" + command + "\n```\n\n";
}

std::string heading(const DataColumn& column) {
  return plain(column.unit.empty() || column.unit == "share" || column.unit == "x"
                   ? column.title
                   : column.title + " (" + column.unit + ")");
}

std::string cell(const DataTable& table, std::size_t row, const DataColumn& column) {
  if (column.unit == "share" && column.numbers[row] == column.numbers[row]) {
    return fmt::format("{:.3g}%", 100 * column.numbers[row]);
  }
  return plain(table.text(row, column));
}

/// Columns that say something: not those that are empty in every row.
std::vector<const DataColumn*> shownColumns(const DataTable& table) {
  std::vector<const DataColumn*> shown;
  for (const auto& column : table.columns()) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (!table.text(row, column).empty()) {
        shown.push_back(&column);
        break;
      }
    }
  }
  return shown;
}

std::string tableText(const DataTable& table) {
  const auto columns = shownColumns(table);
  if (columns.empty()) {
    return {};
  }
  auto out = fmt::format("### {}\n\n|", plain(table.title()));
  for (const auto* column : columns) {
    out += " " + heading(*column) + " |";
  }
  out += "\n|";
  for (const auto* column : columns) {
    out += column->text ? " --- |" : " ---: |";
  }
  out += "\n";
  for (std::size_t row = 0; row < std::min(table.rows(), kMostRows); ++row) {
    out += "|";
    for (const auto* column : columns) {
      out += " " + cell(table, row, *column) + " |";
    }
    out += "\n";
  }
  if (table.rows() > kMostRows) {
    out += fmt::format("\nThe first {} of {} rows; --format csv writes all of them.\n", kMostRows,
                       table.rows());
  }
  return out + "\n";
}

std::string sectionText(const Section& section, const Document& document) {
  auto out = "## " + plain(section.title) + "\n\n";
  out += section.lead.empty() ? "" : plain(section.lead) + "\n\n";
  for (const auto& fact : section.facts) {
    out += fmt::format("- {}: **{}**{}\n", plain(fact.label), plain(fact.value),
                       fact.note.empty() ? "" : ", " + plain(fact.note));
  }
  out += section.facts.empty() ? "" : "\n";
  out += section.command.empty() ? "" : codeBlock(section.command);
  auto tables = section.tables;
  for (const auto& chart : section.charts) {
    tables.push_back(chart.table);
  }
  std::set<std::string> written;
  for (const auto& id : tables) {
    if (const auto* table = document.table(id); table != nullptr && written.insert(id).second) {
      out += tableText(*table);
    }
  }
  for (const auto& note : section.notes) {
    out += "- " + plain(note) + "\n";
  }
  return section.notes.empty() ? out : out + "\n";
}

} // namespace

std::string markdown(const Document& document) {
  auto out = "# " + plain(document.title) + "\n\n";
  for (const auto& section : document.sections) {
    out += sectionText(section, document);
  }
  out += "## Where this is from\n\n" + codeBlock(document.command);
  out += "| input | content | hash | einsight |\n| --- | --- | --- | --- |\n";
  for (const auto& input : document.inputs) {
    out += fmt::format("| {} | {} | {} | {} |\n", plain(input.file), input.kind, input.hash,
                       plain(input.version));
  }
  return out;
}

} // namespace einsight::report

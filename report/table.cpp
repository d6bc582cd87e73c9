#include "report/table.hpp"

#include "core/invariant.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::report {
namespace {

std::string escaped(std::string_view text, int code, const Style& style) {
  return style.colour ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

std::string padded(const std::string& text, std::size_t wide, Table::Align align) {
  const std::string space(wide - std::min(wide, width(text)), ' ');
  return align == Table::Align::Right ? space + text : text + space;
}

} // namespace

std::string bold(std::string_view text, const Style& style) {
  return escaped(text, 1, style);
}
std::string green(std::string_view text, const Style& style) {
  return escaped(text, 32, style);
}
std::string yellow(std::string_view text, const Style& style) {
  return escaped(text, 33, style);
}
std::string red(std::string_view text, const Style& style) {
  return escaped(text, 31, style);
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U; // not the rest of a character
  }));
}

void Table::row(std::vector<std::string> cells) {
  EINSIGHT_INVARIANT(cells.size() <= columns_.size(), "a row has no more cells than columns");
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::render(const Style& style) const {
  std::vector<std::string> titles;
  std::vector<std::size_t> wide;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    wide.push_back(width(columns_[i].title));
    for (const auto& cells : rows_) {
      wide[i] = std::max(wide[i], width(cells[i]));
    }
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += "  " + padded(cells[i], wide[i], columns_[i].align);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
  };
  std::string out = bold(line(titles), style) + "\n";
  for (const auto& cells : rows_) {
    out += line(cells) + "\n";
  }
  return out;
}

} // namespace einsight::report

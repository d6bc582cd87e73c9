#pragma once
#include "report/read_document.hpp"

#include <catch2/catch.hpp>

namespace einsight::report::test {

/// The report of one answer that must be one.
inline Document documentOf(const std::string& json, const PeakOf& peakOf = {}) {
  auto document = readAnswer({"answer.json", {}, {}, {}}, json, {{}, {}, {}, peakOf});
  INFO((document ? std::string() : core::render(document.error())));
  REQUIRE(document);
  return *document;
}

inline double number(const Document& document, const std::string& table, const std::string& column,
                     std::size_t row) {
  INFO(table << " " << column);
  REQUIRE(document.table(table) != nullptr);
  REQUIRE(document.table(table)->column(column) != nullptr);
  return document.table(table)->column(column)->numbers.at(row);
}

inline std::string text(const Document& document, const std::string& table,
                        const std::string& column, std::size_t row) {
  INFO(table << " " << column);
  REQUIRE(document.table(table) != nullptr);
  REQUIRE(document.table(table)->column(column) != nullptr);
  return document.table(table)->column(column)->texts.at(row);
}

/// Null where no section has it.
inline const Chart* chart(const Document& document, const std::string& id) {
  for (const auto& section : document.sections) {
    for (const auto& each : section.charts) {
      if (each.id == id) {
        return &each;
      }
    }
  }
  return nullptr;
}

} // namespace einsight::report::test

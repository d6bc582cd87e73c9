#pragma once
#include "report/data_table.hpp"

#include <string>
#include <utility>
#include <vector>

namespace einsight::report {

/// Something that a reader may pick for a chart: which column stands for a placeholder of its
/// specification.
struct Choice {
  std::string placeholder; ///< "x"
  std::string label;       ///< "horizontal"
  std::vector<std::string> columns;
};

/// A column that a reader may narrow a chart by.
struct Filter {
  std::string column;
  bool single = false; ///< always one value, never all
};

/// A picture: a specification of report/html/NAME.vl.json, a table, and what its placeholders
/// ("$x") stand for: columns of the table, or texts.
struct Chart {
  std::string id; ///< unique in a document
  std::string specification;
  std::string title, caption;
  std::string table; ///< id
  std::vector<std::pair<std::string, std::string>> placeholders{};
  std::vector<Choice> choices{};
  std::vector<Filter> filters{};
  std::string more{}; ///< id of a second table that the specification needs
  bool wide = false;  ///< as wide as the page
};

/// A number that stands out, as text.
struct Fact {
  std::string label, value, note{};
};

/// What one input, or several of a kind, have to say.
struct Section {
  std::string id, title, lead;
  std::string command; ///< that makes what the section shows
  std::vector<Fact> facts{};
  std::vector<Chart> charts{};
  std::vector<std::string> tables{}; ///< ids, those shown first first
  std::vector<std::string> notes{};
};

/// A file that the report was made from.
struct Input {
  std::string file, hash, kind, version;
};

/// A report: sections, and the tables behind their pictures.
struct Document {
  std::string title, version, command;
  std::vector<Input> inputs;
  std::vector<Section> sections;
  std::vector<DataTable> tables;

  [[nodiscard]] const DataTable* table(const std::string& id) const;
};

/// How columns of numbers stand in JSON.
enum class Numbers {
  Plain, ///< as numbers
  Packed ///< those of long tables as the bytes of an array in base64, for a page that opens quickly
};

/// The document as one line of JSON: tables by column, texts and repeated numbers as a list of
/// values and the place of each row's value in it. Unknown numbers are null; "<" is escaped, so
/// that it can stand in a page. Packed: "values" is then the bytes of doubles (NaN where unknown),
/// "places" those of unsigned 16-bit integers, both little-endian.
std::string toJson(const Document& document, Numbers numbers = Numbers::Plain);

} // namespace einsight::report

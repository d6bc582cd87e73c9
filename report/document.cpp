#include "report/document.hpp"

#include "core/exact.hpp"
#include "report/base64.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace einsight::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kFewValues = 1000;  // that are worth a list of their own
constexpr std::size_t kPackedFrom = 1000; // rows of a table that is worth packing

Json numberJson(double value) {
  if (!std::isfinite(value)) {
    return nullptr;
  }
  if (const auto whole = core::exactWhole(value)) {
    return *whole;
  }
  return value;
}

/// Distinct values in the order of their first row, and the place of each row's value.
template <class Value>
struct Coded {
  std::vector<Value> values{};
  std::vector<std::size_t> places{};
};

/// Equal values have equal keys, unknown numbers too.
std::uint64_t keyOf(double value) {
  return std::bit_cast<std::uint64_t>(value);
}
const std::string& keyOf(const std::string& value) {
  return value;
}

template <class Value>
Coded<Value> coded(const std::vector<Value>& cells) {
  Coded<Value> out;
  std::unordered_map<std::decay_t<decltype(keyOf(cells.front()))>, std::size_t> known;
  for (const auto& cell : cells) {
    const auto [place, added] = known.emplace(keyOf(cell), out.values.size());
    if (added) {
      out.values.push_back(cell);
      if (out.values.size() > kFewValues) {
        return {};
      }
    }
    out.places.push_back(place->second);
  }
  return out;
}

Json cellJson(double value) {
  return numberJson(value);
}
Json cellJson(const std::string& value) {
  return value;
}

/// The bytes of numbers as they lie in memory, in base64.
template <class Number>
std::string packed(const std::vector<Number>& numbers) {
  static_assert(std::endian::native == std::endian::little, "pages expect little-endian numbers");
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return base64(bytes);
}

Json placesJson(const std::vector<std::size_t>& places, bool pack) {
  if (!pack) {
    return places;
  }
  std::vector<std::uint16_t> small;
  small.reserve(places.size());
  std::transform(places.begin(), places.end(), std::back_inserter(small),
                 [](std::size_t place) { return static_cast<std::uint16_t>(place); });
  return packed(small);
}

template <class Value>
Json valuesJson(const std::vector<Value>& cells) {
  Json values = Json::array();
  for (const auto& cell : cells) {
    values.push_back(cellJson(cell));
  }
  return values;
}

template <class Value>
void addCells(Json& column, const std::vector<Value>& cells, Numbers numbers) {
  const bool pack = numbers == Numbers::Packed && cells.size() >= kPackedFrom;
  const auto few = coded(cells);
  if (!few.places.empty() && 2 * few.values.size() <= cells.size()) {
    column["values"] = valuesJson(few.values);
    column["places"] = placesJson(few.places, pack);
    return;
  }
  if constexpr (std::is_same_v<Value, double>) {
    if (pack) {
      column["values"] = packed(cells);
      return;
    }
  }
  column["values"] = valuesJson(cells);
}

Json tableJson(const DataTable& table, Numbers numbers) {
  Json columns = Json::array();
  for (const auto& each : table.columns()) {
    Json column{{"name", each.name}, {"title", each.title}};
    if (!each.unit.empty()) {
      column["unit"] = each.unit;
    }
    column["text"] = each.text;
    if (each.setting) {
      column["setting"] = true;
    }
    if (each.text) {
      addCells(column, each.texts, numbers);
    } else {
      addCells(column, each.numbers, numbers);
    }
    columns.push_back(std::move(column));
  }
  return {{"id", table.id()},
          {"title", table.title()},
          {"rows", table.rows()},
          {"command", table.commandTemplate},
          {"columns", std::move(columns)}};
}

Json chartJson(const Chart& chart) {
  Json placeholders = Json::object();
  for (const auto& [name, stands] : chart.placeholders) {
    placeholders[name] = stands;
  }
  Json choices = Json::array();
  for (const auto& choice : chart.choices) {
    choices.push_back({{"placeholder", choice.placeholder},
                       {"label", choice.label},
                       {"columns", choice.columns}});
  }
  Json filters = Json::array();
  for (const auto& filter : chart.filters) {
    filters.push_back({{"column", filter.column}, {"single", filter.single}});
  }
  return {{"id", chart.id},
          {"specification", chart.specification},
          {"title", chart.title},
          {"caption", chart.caption},
          {"table", chart.table},
          {"more", chart.more},
          {"wide", chart.wide},
          {"placeholders", std::move(placeholders)},
          {"choices", std::move(choices)},
          {"filters", std::move(filters)}};
}

Json sectionJson(const Section& section) {
  Json facts = Json::array();
  for (const auto& fact : section.facts) {
    facts.push_back({{"label", fact.label}, {"value", fact.value}, {"note", fact.note}});
  }
  Json charts = Json::array();
  for (const auto& chart : section.charts) {
    charts.push_back(chartJson(chart));
  }
  return {{"id", section.id},           {"title", section.title},    {"lead", section.lead},
          {"command", section.command}, {"facts", std::move(facts)}, {"charts", std::move(charts)},
          {"tables", section.tables},   {"notes", section.notes}};
}

} // namespace

const DataTable* Document::table(const std::string& id) const {
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const DataTable& each) { return each.id() == id; });
  return found == tables.end() ? nullptr : &*found;
}

std::string toJson(const Document& document, Numbers numbers) {
  Json inputs = Json::array();
  for (const auto& input : document.inputs) {
    inputs.push_back({{"file", input.file},
                      {"hash", input.hash},
                      {"kind", input.kind},
                      {"version", input.version}});
  }
  Json sections = Json::array();
  for (const auto& section : document.sections) {
    sections.push_back(sectionJson(section));
  }
  Json tables = Json::array();
  for (const auto& table : document.tables) {
    tables.push_back(tableJson(table, numbers));
  }
  const Json json{{"title", document.title},         {"version", document.version},
                  {"command", document.command},     {"inputs", std::move(inputs)},
                  {"sections", std::move(sections)}, {"tables", std::move(tables)}};
  const auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char letter : text) {
    if (letter == '<') {
      out += "\\u003c"; // only strings have it
    } else {
      out += letter;
    }
  }
  return out;
}

} // namespace einsight::report

#include "report/document.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace einsight::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kExactIntegers = 9007199254740992.0; // 2^53
constexpr std::size_t kFewValues = 1000;              // that are worth a list of their own

Json numberJson(double value) {
  if (!std::isfinite(value)) {
    return nullptr;
  }
  if (value == std::floor(value) && std::abs(value) < kExactIntegers) {
    return static_cast<std::int64_t>(value);
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

template <class Value>
void addCells(Json& column, const std::vector<Value>& cells) {
  const auto few = coded(cells);
  const bool shorter = !few.places.empty() && 2 * few.values.size() <= cells.size();
  Json values = Json::array();
  for (const auto& cell : shorter ? few.values : cells) {
    values.push_back(cellJson(cell));
  }
  column["values"] = std::move(values);
  if (shorter) {
    column["places"] = few.places;
  }
}

Json tableJson(const DataTable& table) {
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
      addCells(column, each.texts);
    } else {
      addCells(column, each.numbers);
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

std::string toJson(const Document& document) {
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
    tables.push_back(tableJson(table));
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

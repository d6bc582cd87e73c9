#pragma once
#include "report/document.hpp"

#include <limits>
#include <nlohmann/json.hpp>

/// Parts of an input's JSON. What is missing where it must be there is nlohmann's exception, which
/// read_document.cpp makes a problem of the file.
namespace einsight::report::detail {

using Json = nlohmann::ordered_json;

constexpr double kJoulesPerPicojoule = 1e-12;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// An answer and where it is from.
struct Answer {
  Input input;
  Json json;
};

/// A number, or NaN where it is null or missing.
inline double numberAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? kUnknown : found->get<double>();
}

/// A text, or "" where it is null or missing.
inline std::string textAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? std::string() : found->get<std::string>();
}

/// The members of an object, to go over with names; none where it is missing.
inline auto membersOf(const Json& json, const char* key) {
  static const Json kNone = Json::object();
  const auto found = json.find(key);
  return (found == json.end() ? kNone : *found).items();
}

/// The command that made an answer; "" where it does not say.
inline std::string commandOf(const Json& json) {
  const auto found = json.find("provenance");
  return found == json.end() ? std::string() : textAt(*found, "command");
}

/// Adds the command that made all rows of a table; nothing where it is not known.
inline void addCommand(DataTable& table, const std::string& command) {
  if (!command.empty()) {
    table.addColumn(textColumn("command", "command", std::vector(table.rows(), command)));
  }
}

/// "latency energy" -> its words.
std::vector<std::string> wordsOf(const std::string& text);

/// "file" without folders and ending.
std::string stemOf(const std::string& file);

} // namespace einsight::report::detail

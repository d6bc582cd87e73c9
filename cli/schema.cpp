#include "cli/command.hpp"
#include "cli/schema/table.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Everything that may stand at one place of a file.
struct Place {
  std::vector<Json> scalars; ///< schemas of what is neither a map nor a list of ours
  std::vector<std::pair<std::string, std::unique_ptr<Place>>> keys; ///< "*": any other key
  std::unique_ptr<Place> items;

  Place& key(const std::string& name) {
    for (auto& [known, place] : keys) {
      if (known == name) {
        return *place;
      }
    }
    return *keys.emplace_back(name, std::make_unique<Place>()).second;
  }
  Place& item() {
    items = items ? std::move(items) : std::make_unique<Place>();
    return *items;
  }
};

Json scalarOf(const SchemaRow& row) {
  Json out = Json::object();
  const std::string detail = row.detail;
  switch (row.type) {
  case SchemaRow::Type::Text:
    out["type"] = "string";
    if (!detail.empty()) {
      out["enum"] = CLI::detail::split(detail, '|');
    }
    break;
  case SchemaRow::Type::Expression:
    out["type"] = {"number", "string"};
    break;
  case SchemaRow::Type::Whole:
    out["type"] = "integer";
    break;
  case SchemaRow::Type::Boolean:
    out["type"] = "boolean";
    break;
  case SchemaRow::Type::Shape:
    out["$ref"] = "#/$defs/" + detail;
    break;
  case SchemaRow::Type::Nothing:
    out["type"] = "null";
    break;
  case SchemaRow::Type::Anything:
    break;
  }
  out["description"] = row.description;
  return out;
}

void add(Place& root, const SchemaRow& row) {
  Place* place = &root;
  for (auto name : CLI::detail::split(row.path, '.')) {
    std::size_t lists = 0;
    for (; name.ends_with("[]"); ++lists) {
      name.resize(name.size() - 2);
    }
    place = &place->key(name);
    for (; lists > 0; --lists) {
      place = &place->item();
    }
  }
  place->scalars.push_back(scalarOf(row));
}

Json schemaOf(const Place& place);

/// The same, or null: an overlay removes a key of the file that it extends with `~`.
Json removable(Json schema) {
  if (schema.contains("enum")) {
    schema["enum"].push_back(nullptr);
  }
  if (schema.contains("type")) {
    auto& type = schema["type"];
    type = type.is_array() ? type : Json::array({type});
    type.push_back("null");
    return schema;
  }
  if (schema.contains("anyOf")) {
    schema["anyOf"].push_back({{"type", "null"}});
    return schema;
  }
  return schema.contains("$ref") ? Json{{"anyOf", {schema, {{"type", "null"}}}}} : schema;
}

Json mapOf(const Place& place) {
  Json properties = Json::object();
  Json others = false;
  for (const auto& [name, inner] : place.keys) {
    if (name == "*") {
      others = removable(schemaOf(*inner));
    } else if (name.front() != '$') {
      properties[name] = removable(schemaOf(*inner));
    }
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", std::move(others)}};
}

Json schemaOf(const Place& place) {
  std::vector<Json> choices = place.scalars;
  if (place.items) {
    choices.push_back({{"type", "array"}, {"items", schemaOf(*place.items)}});
  }
  if (!place.keys.empty()) {
    choices.push_back(mapOf(place));
  }
  return choices.size() == 1 ? choices.front() : Json{{"anyOf", choices}};
}

std::string jsonSchema(const SchemaKind& kind) {
  Place root;
  for (const auto& row : kind.rows) {
    add(root, row);
  }
  Json out = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", kind.title}};
  out.update(mapOf(root));
  out["required"] = {"version"};
  Json shapes = Json::object();
  for (const auto& [name, place] : root.keys) {
    if (name.front() == '$') {
      shapes[name.substr(1)] = schemaOf(*place);
    }
  }
  if (!shapes.empty()) {
    out["$defs"] = std::move(shapes);
  }
  return out.dump(2) + "\n";
}

core::Expected<Answer> work(const std::string& wanted) {
  std::vector<std::string> known;
  for (const auto& kind : schemaKinds()) {
    if (wanted == kind.name) {
      const auto schema = jsonSchema(kind);
      return Answer{schema, schema, false, {}};
    }
    known.emplace_back(kind.name);
  }
  return core::failure(
      {{{}, fmt::format("there is no schema of '{}'", wanted), core::suggestion(wanted, known)}});
}

} // namespace

Work addSchema(CLI::App& options) {
  const auto kind = std::make_shared<std::string>();
  options.add_option("kind", *kind, "workload, machine, mapping, sweep or plan")->required();
  return [kind] { return work(*kind); };
}

} // namespace einsight::cli

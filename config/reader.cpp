#include "config/reader.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <set>

namespace einsight::config {
namespace {

std::string childPath(const Node& map, std::string_view key) {
  return map.where.path.empty() ? std::string(key) : map.where.path + "." + std::string(key);
}

bool hasValue(const Node* node) {
  return node != nullptr && node->kind != Node::Kind::Null;
}

} // namespace

MapReader::MapReader(const Node& map, core::Problems& problems) : map_(map), problems_(problems) {
  if (map.kind != Node::Kind::Null) {
    expectKind(map, Node::Kind::Map, problems);
  }
}

const Node* MapReader::ask(std::string_view key, bool required) {
  if (std::ranges::find(asked_, key) == asked_.end()) {
    asked_.emplace_back(key);
  }
  const Node* value = map_.find(key);
  if (hasValue(value)) {
    return value;
  }
  if (required && value != nullptr) {
    report(*value, "has no value", "", problems_);
  } else if (required) {
    missing_.emplace_back(key);
  }
  return nullptr;
}

std::optional<std::string> MapReader::text(std::string_view key) {
  const Node* value = ask(key, true);
  return value == nullptr ? std::nullopt : config::text(*value, problems_);
}

std::optional<std::string> MapReader::textOr(std::string_view key, std::string fallback) {
  const Node* value = ask(key, false);
  return value == nullptr ? std::move(fallback) : config::text(*value, problems_);
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, std::int64_t low,
                                               std::int64_t high) {
  const Node* value = ask(key, true);
  return value == nullptr ? std::nullopt : config::integer(*value, problems_, low, high);
}

std::optional<std::int64_t> MapReader::integerOr(std::string_view key, std::int64_t low,
                                                 std::int64_t high, std::int64_t fallback) {
  const Node* value = ask(key, false);
  return value == nullptr ? fallback : config::integer(*value, problems_, low, high);
}

std::optional<double> MapReader::realOr(std::string_view key, double fallback) {
  const Node* value = ask(key, false);
  return value == nullptr ? fallback : real(*value, problems_);
}

std::optional<bool> MapReader::booleanOr(std::string_view key, bool fallback) {
  const Node* value = ask(key, false);
  return value == nullptr ? fallback : boolean(*value, problems_);
}

std::optional<core::Expression> MapReader::expression(std::string_view key) {
  const Node* value = ask(key, true);
  return value == nullptr ? std::nullopt : config::expression(*value, problems_);
}

std::optional<core::Expression> MapReader::expressionIf(std::string_view key) {
  const Node* value = ask(key, false);
  return value == nullptr ? std::nullopt : config::expression(*value, problems_);
}

std::optional<core::Rational> MapReader::quantity(std::string_view key, Dimension dimension) {
  const Node* value = ask(key, true);
  return value == nullptr ? std::nullopt : config::quantity(*value, dimension, problems_);
}

std::optional<core::Rational> MapReader::quantityIf(std::string_view key, Dimension dimension) {
  const Node* value = ask(key, false);
  return value == nullptr ? std::nullopt : config::quantity(*value, dimension, problems_);
}

std::optional<std::string> MapReader::oneOf(std::string_view key,
                                            std::span<const std::string_view> names) {
  const Node* value = ask(key, true);
  return value == nullptr ? std::nullopt : config::oneOf(*value, names, problems_);
}

std::optional<std::string> MapReader::oneOfOr(std::string_view key,
                                              std::span<const std::string_view> names,
                                              std::string fallback) {
  const Node* value = ask(key, false);
  return value == nullptr ? std::move(fallback) : config::oneOf(*value, names, problems_);
}

std::vector<std::string> MapReader::textListIf(std::string_view key) {
  const Node* value = ask(key, false);
  return value == nullptr ? std::vector<std::string>{} : textList(*value, problems_);
}

const Node* MapReader::map(std::string_view key) {
  const Node* value = ask(key, true);
  return value != nullptr && expectKind(*value, Node::Kind::Map, problems_) ? value : nullptr;
}

const Node* MapReader::sequence(std::string_view key) {
  const Node* value = ask(key, true);
  return value != nullptr && expectKind(*value, Node::Kind::Sequence, problems_) ? value : nullptr;
}

const Node* MapReader::mapIf(std::string_view key) {
  const Node* value = ask(key, false);
  return value != nullptr && expectKind(*value, Node::Kind::Map, problems_) ? value : nullptr;
}

const Node* MapReader::sequenceIf(std::string_view key) {
  const Node* value = ask(key, false);
  return value != nullptr && expectKind(*value, Node::Kind::Sequence, problems_) ? value : nullptr;
}

const Node* MapReader::optional(std::string_view key) {
  return ask(key, false);
}

bool MapReader::has(std::string_view key) const {
  return hasValue(map_.find(key));
}

void MapReader::problem(std::string_view key, std::string what, std::string help) {
  const Node* value = key.empty() ? &map_ : map_.find(key);
  core::Where where = value == nullptr ? map_.where : value->where;
  where.path = key.empty() ? map_.where.path : childPath(map_, key);
  problems_.push_back({std::move(where), std::move(what), std::move(help)});
}

void MapReader::finish() {
  if (map_.kind == Node::Kind::Scalar || map_.kind == Node::Kind::Sequence) {
    return; // the constructor has reported that it is no map
  }
  std::set<std::string> seen;
  std::set<std::string> mistyped; // required keys that a typo explains
  for (const auto& [key, value] : map_.entries) {
    core::Where where = key.where;
    where.path = childPath(map_, key.scalar);
    if (!seen.insert(key.scalar).second) {
      problems_.push_back({where, "key given twice", ""});
    } else if (std::ranges::find(asked_, key.scalar) == asked_.end()) {
      problems_.push_back({where, "unknown key", core::suggestion(key.scalar, asked_)});
      mistyped.insert(core::nearest(key.scalar, asked_));
    }
  }
  for (const auto& key : missing_) {
    if (!mistyped.contains(key)) {
      problem(key, "required key is missing");
    }
  }
}

} // namespace einsight::config

#include "arch/number_reading.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::arch {

namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

std::string_view baseUnit(Dimension dimension) {
  switch (dimension) {
  case Dimension::Bytes:
    return " B";
  case Dimension::Seconds:
    return " s";
  case Dimension::Hertz:
    return " Hz";
  case Dimension::BytesPerSecond:
    return " B/s";
  case Dimension::Picojoules:
    return " pJ";
  case Dimension::SquareMicrometres:
    return " um2";
  case Dimension::Dollars:
    break;
  }
  return " USD";
}

/// "l2.capacity" -> "l2".
std::string sectionOf(const std::string& path) {
  return path.substr(0, path.find('.'));
}

/// The required key of a map whose value is an expression, or null with the problem recorded.
const Node* expressionAt(MapReader& reader, std::string_view key) {
  return reader.text(key) ? reader.node().find(key) : nullptr;
}

} // namespace

NumberReading::NumberReading(core::Problems& problems, Scope& scope, const core::Settings& settings,
                             std::map<std::string, std::string>& sources)
    : problems_(problems), scope_(scope), sources_(sources) {
  for (const auto& [name, value] : settings) {
    if (!scope.declares(name)) {
      paths_.emplace(name, value);
    }
  }
}

Node NumberReading::replaced(const Node& node, std::string_view unit) {
  read_.insert(node.where.path);
  auto copy = node;
  if (const auto set = paths_.find(node.where.path); set != paths_.end()) {
    copy.scalar = set->second.toString() + std::string(unit);
  }
  return copy;
}

double NumberReading::numberAt(const Node& node) {
  if (!config::expectKind(node, Node::Kind::Scalar, problems_)) {
    return 1;
  }
  const auto stated = replaced(node, "");
  const auto value = scope_.number(stated);
  if (value && *value <= core::Rational(0)) {
    config::report(node, fmt::format("'{}' must be above zero", stated.scalar), {}, problems_);
    return 1;
  }
  return value ? value->toDouble() : 1;
}

double NumberReading::number(MapReader& reader, std::string_view key) {
  const auto* node = expressionAt(reader, key);
  return node == nullptr ? 1 : numberAt(*node);
}

double NumberReading::share(MapReader& reader, std::string_view key) {
  const auto value = number(reader, key);
  if (value > 1) {
    reader.problem(key, fmt::format("{} is more than the whole of a peak", value),
                   "write a share: above 0, at most 1");
  }
  return value;
}

double NumberReading::numberOr(MapReader& reader, std::string_view key, double fallback) {
  const auto* node = reader.optional(key);
  if (node == nullptr || !config::expectKind(*node, Node::Kind::Scalar, problems_)) {
    return fallback;
  }
  const auto stated = replaced(*node, "");
  const auto value = scope_.number(stated);
  if (value && *value < core::Rational(0)) {
    config::report(*node, fmt::format("'{}' must not be below zero", stated.scalar), {}, problems_);
    return fallback;
  }
  return value ? value->toDouble() : fallback;
}

double NumberReading::quantity(MapReader& reader, std::string_view key, Dimension dimension) {
  const auto* node = expressionAt(reader, key);
  if (node == nullptr) {
    return 1;
  }
  const auto value = scope_.quantity(replaced(*node, baseUnit(dimension)), dimension);
  return value ? value->toDouble() : 1;
}

std::optional<double> NumberReading::quantityIf(MapReader& reader, std::string_view key,
                                                Dimension dimension) {
  return reader.optional(key) == nullptr ? std::nullopt
                                         : std::optional(quantity(reader, key, dimension));
}

std::int64_t NumberReading::count(MapReader& reader, std::string_view key, std::int64_t high) {
  const auto* node = expressionAt(reader, key);
  return node == nullptr ? 1 : scope_.count(replaced(*node, ""), 1, high).value_or(1);
}

std::int64_t NumberReading::bytes(MapReader& reader, std::string_view key) {
  const auto* node = expressionAt(reader, key);
  return node == nullptr ? 1 : scope_.bytes(replaced(*node, " B")).value_or(1);
}

void NumberReading::source(MapReader& section, const std::string& name) {
  sources_[name] = section.text("source").value_or("");
}

std::string NumberReading::advice(const std::string& path) const {
  std::vector<std::string> numbers;
  std::vector<std::string> sections;
  for (const auto& known : read_) {
    const auto section = sectionOf(known);
    if (section == sectionOf(path)) {
      numbers.push_back(known);
    }
    if (sections.empty() || sections.back() != section) {
      sections.push_back(section);
    }
  }
  return numbers.empty() ? core::suggestion(sectionOf(path), sections)
                         : core::suggestion(path, numbers);
}

std::string NumberReading::adviceOfName(const std::string& name) const {
  constexpr std::size_t kTelling = 4; // letters; shorter names are all near each other
  std::vector<std::string> known;     // parameters first
  for (const auto& [parameter, value] : scope_.values()) {
    known.push_back(parameter);
  }
  const bool isParameter = !core::nearest(name, known).empty();
  std::vector<std::string> ofSection;
  std::vector<std::string> ofName;
  for (const auto& number : read_) {
    known.push_back(number);
    if (!core::nearest(name, {sectionOf(number)}).empty()) {
      ofSection.push_back(number);
    } else if (name.size() >= kTelling &&
               !core::nearest(name, {number.substr(number.rfind('.') + 1)}).empty()) {
      ofName.push_back(number);
    }
  }
  const auto& near = ofSection.empty() ? ofName : ofSection;
  return core::suggestion(name, near.empty() || isParameter ? known : near);
}

bool NumberReading::isBroken(const std::string& path) const {
  return std::any_of(problems_.begin(), problems_.end(), [&](const core::Problem& problem) {
    return !problem.where.path.empty() && path.starts_with(problem.where.path);
  });
}

std::vector<Calibration> NumberReading::calibrations(const Node& node) {
  std::vector<Calibration> found;
  MapReader reader(node, problems_);
  for (const auto* entry : entriesOf(node, problems_)) {
    const auto& path = entry->first.scalar;
    const auto fittedOn = reader.text(path);
    if (read_.contains(path)) {
      found.push_back({path, fittedOn.value_or("")});
    } else if (!isBroken(path)) {
      config::report(entry->second, fmt::format("'{}' is no number of this machine", path),
                     advice(path), problems_);
    }
  }
  return found;
}

void NumberReading::finish(const core::Where& machine) {
  for (const auto& [path, value] : paths_) {
    if (read_.contains(path) || isBroken(path)) {
      continue;
    }
    const bool isPath = path.find('.') != std::string::npos;
    problems_.push_back(
        {machine,
         fmt::format("this machine has no {} '{}' to set", isPath ? "number" : "parameter", path),
         isPath ? advice(path) : adviceOfName(path)});
  }
}

} // namespace einsight::arch

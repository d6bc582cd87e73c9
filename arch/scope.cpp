#include "arch/scope.hpp"

#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace einsight::arch {

namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 50; // bits and sums still fit 64 bits

template <class T>
std::vector<std::string> keysOf(const std::map<std::string, T>& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) {
    keys.push_back(key);
  }
  return keys;
}

/// "2*columns = 511/2", or "511/2" when the file states the number itself.
std::string shown(const config::Node& node, const core::Rational& value) {
  const auto number = value.toString();
  return node.scalar == number ? number : fmt::format("{} = {}", node.scalar, number);
}

} // namespace

std::vector<const std::pair<config::Node, config::Node>*> entriesOf(const config::Node& map,
                                                                    core::Problems& problems) {
  std::vector<const std::pair<config::Node, config::Node>*> entries;
  std::set<std::string> seen;
  for (const auto& entry : map.entries) {
    if (seen.insert(entry.first.scalar).second) {
      entries.push_back(&entry);
    } else {
      auto where = entry.first.where;
      where.path = entry.second.where.path;
      problems.push_back({where, "key given twice", ""});
    }
  }
  return entries;
}

void collectFiles(const config::Node& node, std::set<std::string>& files) {
  files.insert(node.where.file);
  for (const auto& item : node.items) {
    collectFiles(item, files);
  }
  for (const auto& [key, value] : node.entries) {
    collectFiles(value, files);
  }
}

std::optional<core::Rational> exactly(const config::Node& node, core::Problems& problems,
                                      const std::function<core::Rational()>& compute) {
  try {
    return compute();
  } catch (const std::overflow_error&) {
    config::report(node, fmt::format("'{}' is too large or too fine to be exact", node.scalar), {},
                   problems);
    return std::nullopt;
  }
}

void Scope::readParameters(const config::Node* parameters, const core::Where& machine,
                           const core::Settings& settings) {
  if (parameters != nullptr) {
    for (const auto* entry : entriesOf(*parameters, problems_)) {
      const auto& [key, value] = *entry;
      if (const auto expression = config::expression(value, problems_)) {
        declared_.insert_or_assign(key.scalar, std::pair(*expression, &value));
      } else {
        failed_.insert(key.scalar);
      }
    }
  }
  auto known = keysOf(declared_);
  known.insert(known.end(), failed_.begin(), failed_.end());
  for (const auto& [name, value] : settings) {
    if (std::find(known.begin(), known.end(), name) != known.end()) {
      values_.insert_or_assign(name, value);
      set_.insert(name);
    } else {
      problems_.push_back(
          {parameters != nullptr ? parameters->where : machine,
           fmt::format("this machine has no parameter '{}' to set", name),
           known.empty() ? std::string("it has no parameters") : core::suggestion(name, known)});
    }
  }
  for (const auto& name : keysOf(declared_)) {
    parameter(name);
  }
}

std::string Scope::originOf(const config::Node& node) const {
  const auto expression = core::Expression::parse(node.scalar);
  std::string origin;
  for (const auto& name : expression ? expression->names() : std::set<std::string>{}) {
    const auto value = values_.find(name);
    const auto declared = declared_.find(name);
    if (value == values_.end() || declared == declared_.end()) {
      continue;
    }
    const auto& where = declared->second.second->where;
    const auto place = set_.contains(name)
                           ? std::string("as set")
                           : fmt::format("from {}:{}:{}", where.file, where.line, where.column);
    origin += fmt::format("{}{} is {}, {}", origin.empty() ? "" : "; ", name,
                          value->second.toString(), place);
  }
  return origin;
}

std::optional<core::Rational> Scope::parameter(const std::string& name) {
  if (const auto known = values_.find(name); known != values_.end()) {
    return known->second;
  }
  if (failed_.contains(name)) {
    return std::nullopt;
  }
  const auto& [expression, node] = declared_.at(name);
  if (std::find(visiting_.begin(), visiting_.end(), name) != visiting_.end()) {
    config::report(*node,
                   fmt::format("depends on itself: {} -> {}", fmt::join(visiting_, " -> "), name),
                   "give one of them a number", problems_);
    failed_.insert(name);
    return std::nullopt;
  }
  visiting_.push_back(name);
  const auto value = evaluate(expression, *node);
  visiting_.pop_back();
  if (!value) {
    failed_.insert(name);
    return std::nullopt;
  }
  values_.emplace(name, *value);
  return value;
}

std::optional<core::Rational> Scope::evaluate(const core::Expression& expression,
                                              const config::Node& node) {
  bool ready = true;
  for (const auto& name : expression.names()) {
    if (!declared_.contains(name) && !failed_.contains(name)) {
      auto known = keysOf(declared_);
      config::report(node, fmt::format("unknown parameter '{}'", name),
                     known.empty() ? std::string("declare it under parameters")
                                   : core::suggestion(name, known),
                     problems_);
      ready = false;
    } else if (!parameter(name)) {
      ready = false;
    }
  }
  if (!ready) {
    return std::nullopt;
  }
  const auto value = expression.evaluate(
      [&](std::string_view name) { return std::optional(values_.at(std::string(name))); });
  if (!value) {
    config::report(node, fmt::format("{}: {}", node.scalar, value.error()), {}, problems_);
    return std::nullopt;
  }
  return *value;
}

std::optional<core::Rational> Scope::number(const config::Node& node) {
  const auto expression = config::expression(node, problems_);
  return expression ? evaluate(*expression, node) : std::nullopt;
}

std::optional<std::int64_t> Scope::count(const config::Node& node, std::int64_t low,
                                         std::int64_t high) {
  const auto value = number(node);
  if (!value) {
    return std::nullopt;
  }
  if (!value->isWhole() || value->numerator() < low || value->numerator() > high) {
    config::report(node,
                   fmt::format("{} must be a whole number from {} to {}", shown(node, *value), low,
                               core::binaryCount(high)),
                   originOf(node), problems_);
    return std::nullopt;
  }
  return value->numerator();
}

std::optional<core::Rational> Scope::quantity(const config::Node& node,
                                              config::Dimension dimension) {
  const auto split = node.scalar.rfind(' ');
  std::optional<core::Rational> value;
  if (split == std::string::npos ||
      node.scalar.find_first_not_of("0123456789.", 0) >= split) { // a plain number and its unit
    value = config::quantity(node, dimension, problems_);
  } else {
    auto unit = node;
    unit.scalar = "1" + node.scalar.substr(split);
    auto amount = node;
    amount.scalar = node.scalar.substr(0, split);
    core::Problems problems; // about the unit: a 1 stands before it in place of the expression
    const auto factor = config::quantity(unit, dimension, problems);
    for (auto& problem : problems) {
      problem.what = fmt::format("'{}' is not a number with a unit", node.scalar);
      problems_.push_back(std::move(problem));
    }
    const auto factorOf = number(amount);
    if (factor && factorOf) {
      value = exactly(node, problems_, [&] { return *factor * *factorOf; });
    }
  }
  if (value && value->numerator() <= 0) {
    config::report(node, fmt::format("'{}' must be above zero", node.scalar), {}, problems_);
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> Scope::bytes(const config::Node& node) {
  const auto value = quantity(node, config::Dimension::Bytes);
  if (value && (!value->isWhole() || value->numerator() > kMostBytes)) {
    config::report(node,
                   fmt::format("'{}' is {} B, must be a whole number of bytes up to 1024 TiB",
                               node.scalar, value->toString()),
                   {}, problems_);
    return std::nullopt;
  }
  return value ? std::optional(value->numerator()) : std::nullopt;
}

} // namespace einsight::arch

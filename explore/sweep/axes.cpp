#include "explore/sweep/axes.hpp"

#include "arch/measure.hpp"
#include "config/scalar.hpp"
#include "core/text.hpp"
#include "explore/sweep/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore::sweep {
namespace {

using config::Node;

constexpr std::string_view kArch = "arch.";

bool isInput(const std::string& name) {
  return name == kWorkload || name == kMachine || name == kMapping || name == kTrace;
}

std::vector<Value> valuesOf(const std::vector<core::Rational>& numbers) {
  std::vector<Value> out;
  for (const auto& number : numbers) {
    out.push_back({number.toString(), number});
  }
  return out;
}

} // namespace

bool AxisReader::declare(const std::string& name, const core::Where& where) {
  const auto dot = name.find('.');
  const auto prefix = dot == std::string::npos ? std::string() : name.substr(0, dot);
  if (!prefix.empty() && prefix != "arch" && prefix != "mapping") {
    problems_.push_back({where, fmt::format("unknown prefix '{}'", prefix),
                         core::suggestion(prefix, {"arch", "mapping"})});
    return false;
  }
  if (!declared_.insert(name).second) {
    problems_.push_back(
        {where, fmt::format("'{}' is varied twice", name), "give all its values in one place"});
    return false;
  }
  if (!isInput(name)) {
    raw_.varied.push_back({name, where});
  }
  return true;
}

std::optional<config::Dimension> AxisReader::measureOf(const std::string& name) const {
  return name.starts_with(kArch) ? arch::measureAt(machines_, name.substr(kArch.size()))
                                 : std::nullopt;
}

void AxisReader::add(const std::string& name, std::vector<Value> values) {
  Axis axis{{name}, {}};
  for (auto& value : values) {
    axis.rows.push_back({std::move(value)});
  }
  raw_.sweep.axes.push_back(std::move(axis));
}

std::vector<Value> AxisReader::names(const Node& node, const std::string& name) {
  std::vector<Value> out;
  const auto read = [&](const Node& item) {
    if (item.kind == Node::Kind::Null && (name == kMapping || name == kTrace) &&
        zipped_.contains(name)) {
      raw_.absent.insert(name);
      out.emplace_back();
    } else if (const auto text = config::text(item, problems_)) {
      raw_.inputs[name].push_back({*text, resolved(*text, raw_.sweep.file), item.where});
      out.push_back({*text, {}});
    }
  };
  if (node.kind == Node::Kind::Sequence) {
    std::for_each(node.items.begin(), node.items.end(), read);
  } else {
    read(node);
  }
  return out;
}

void AxisReader::inputs(const Node& node, const std::string& name) {
  declare(name, node.where);
  auto values = names(node, name);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (values[i].text == values[j].text) {
        problems_.push_back({raw_.inputs[name][i].where,
                             fmt::format("'{}' is there twice", values[i].text),
                             "write every name once"});
      }
    }
  }
  if (values.empty() && node.kind == Node::Kind::Sequence) {
    config::report(node, "the list is empty", fmt::format("name a {}", name), problems_);
  }
  add(name, std::move(values));
}

void AxisReader::set(const Node& map) {
  for (const auto& [key, value] : map.entries) {
    const bool good = declare(key.scalar, key.where);
    if (good && isInput(key.scalar)) {
      config::report(key, fmt::format("'{}' is not a parameter", key.scalar),
                     fmt::format("write {}s: at the top, or vary it under zip:", key.scalar),
                     problems_);
      continue;
    }
    const auto before = problems_.size();
    auto numbers = readValues(value, problems_, measureOf(key.scalar));
    if (numbers.empty() && problems_.size() == before) {
      config::report(value, "there are no values", "write for example 1K..16K or [64, 128]",
                     problems_);
    }
    if (good) {
      add(key.scalar, valuesOf(numbers));
    }
  }
}

std::vector<Value> AxisReader::column(const Node& key, const Node& node) {
  if (isInput(key.scalar)) {
    return names(node, key.scalar);
  }
  const auto measure = measureOf(key.scalar);
  std::vector<Value> out;
  const auto read = [&](const Node& item) {
    if (item.kind == Node::Kind::Null) {
      out.emplace_back();
      return;
    }
    const auto text = config::text(item, problems_);
    if (!text) {
      return;
    }
    if (const auto numbers = parseValues(*text, measure)) {
      const auto values = valuesOf(*numbers);
      out.insert(out.end(), values.begin(), values.end());
    } else {
      config::report(item, numbers.error().what, numbers.error().help, problems_);
    }
  };
  if (node.kind == Node::Kind::Sequence) {
    std::for_each(node.items.begin(), node.items.end(), read);
  } else {
    read(node);
  }
  return out;
}

void AxisReader::zipGroup(const Node& map) {
  if (!config::expectKind(map, Node::Kind::Map, problems_)) {
    return;
  }
  Axis axis;
  std::vector<std::vector<Value>> columns;
  const auto before = problems_.size();
  for (const auto& [key, value] : map.entries) {
    if (declare(key.scalar, key.where)) {
      zipped_.insert(key.scalar);
      axis.names.push_back(key.scalar);
      columns.push_back(column(key, value));
    }
  }
  std::string lengths;
  bool equal = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    lengths += fmt::format("{}{} has {}", i == 0 ? "" : ", ", axis.names[i], columns[i].size());
    equal = equal && columns[i].size() == columns[0].size();
  }
  if (problems_.size() == before && (columns.empty() || !equal || columns[0].empty())) {
    config::report(map,
                   equal ? "there is nothing that changes together"
                         : "the lists are not of one length: " + lengths,
                   "write for example {arch.PE: [64, 128], arch.buffer_kib: [1024, 4096]}",
                   problems_);
    return;
  }
  for (std::size_t row = 0; equal && !columns.empty() && row < columns[0].size(); ++row) {
    auto& values = axis.rows.emplace_back();
    for (const auto& each : columns) {
      values.push_back(each[row]);
    }
  }
  raw_.sweep.axes.push_back(std::move(axis));
}

void AxisReader::zip(const Node& node) {
  if (node.kind == Node::Kind::Sequence) {
    for (const auto& group : node.items) {
      zipGroup(group);
    }
  } else {
    zipGroup(node);
  }
}

void AxisReader::override(const std::string& text) {
  const core::Where where{{}, 0, 0, "--set " + text};
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    problems_.push_back({where, "this sets nothing", "write NAME=VALUES, such as L=1K..16K"});
    return;
  }
  const auto name = text.substr(0, equals);
  if (zipped_.contains(name) || isInput(name)) {
    problems_.push_back({where,
                         isInput(name)
                             ? fmt::format("'{}' is not a parameter", name)
                             : fmt::format("'{}' changes together with others under zip:", name),
                         "change it in the file"});
    return;
  }
  const auto numbers = parseValues(text.substr(equals + 1), measureOf(name));
  if (!numbers) {
    problems_.push_back({where, numbers.error().what, numbers.error().help});
    return;
  }
  auto& axes = raw_.sweep.axes;
  const auto known = std::find_if(axes.begin(), axes.end(),
                                  [&](const Axis& axis) { return axis.names.front() == name; });
  if (known == axes.end()) {
    if (declare(name, where)) {
      add(name, valuesOf(*numbers));
    }
    return;
  }
  known->rows.clear();
  for (auto& value : valuesOf(*numbers)) {
    known->rows.push_back({std::move(value)});
  }
}

} // namespace einsight::explore::sweep

#include "config/reader.hpp"
#include "core/text.hpp"
#include "mappings/cases.hpp"
#include "mappings/mapping.hpp"
#include "mappings/one_by_one.hpp"
#include "mappings/read_nest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings {
namespace {

using config::MapReader;
using config::Node;

PartSize readSize(const Node& node, core::Problems& problems) {
  PartSize size;
  size.where = node.where;
  if (node.kind != Node::Kind::Map) {
    size.size = config::expression(node, problems);
    return size;
  }
  MapReader reader(node, problems);
  PartSize::Fit fit;
  fit.memory = reader.text("fit").value_or("");
  fit.within = reader.expressionIf("within_bytes");
  fit.divides = reader.booleanOr("divides", false).value_or(false);
  reader.finish();
  size.fit = std::move(fit);
  return size;
}

Binding readBinding(const std::string& einsum, const Node& node, core::Problems& problems) {
  Binding binding;
  binding.einsum = einsum;
  binding.where = node.where;
  if (node.kind != Node::Kind::Map) {
    config::report(node, "expected the unit and what is spatial on its axes",
                   "write for example {on: array_2d, rows: m0, columns: p0}", problems);
    return binding;
  }
  for (const auto& [key, value] : node.entries) {
    if (key.scalar == "on") {
      binding.unit = config::text(value, problems).value_or("");
    } else if (value.kind != Node::Kind::Null) {
      binding.spatial[key.scalar] = config::textList(value, problems);
    }
  }
  if (binding.unit.empty()) {
    config::report(node, "the unit is missing", "write on: and the name of a unit", problems);
  }
  return binding;
}

/// The partitions of a file and of its cases, which may leave parts out.
std::vector<std::pair<Node, Node>> partitionsOf(const Node& root) {
  std::vector<std::pair<Node, Node>> all;
  const auto add = [&](const Node& node) {
    if (const auto* partition = node.find("partition")) {
      all.insert(all.end(), partition->entries.begin(), partition->entries.end());
    }
  };
  add(root);
  if (const auto* cases = root.find("cases")) {
    for (const auto& [name, item] : cases->entries) {
      add(item);
    }
  }
  return all;
}

/// No part of a rank variable is named twice.
void checkOnce(const Node& parts, core::Problems& problems) {
  for (auto part = parts.items.begin(); part != parts.items.end(); ++part) {
    if (std::any_of(parts.items.begin(), part,
                    [&](const Node& before) { return before.scalar == part->scalar; })) {
      problems.push_back({part->where, fmt::format("part '{}' is named twice", part->scalar),
                          "name each part once"});
    }
  }
}

/// Sizes written in the mapping's own file are of parts that a partition has, and not of outermost
/// ones: these cover the rest.
void checkSizes(const Mapping& mapping, const std::vector<std::pair<Node, Node>>& partitions,
                core::Problems& problems) {
  std::vector<std::string> known;
  std::map<std::string, std::string> outermost; // and the variable
  for (const auto& [variable, parts] : partitions) {
    for (std::size_t p = 1; p < parts.items.size(); ++p) {
      known.push_back(parts.items[p].scalar);
    }
    if (!parts.items.empty()) {
      outermost[parts.items.front().scalar] = variable.scalar;
    }
  }
  for (const auto& [part, size] : mapping.sizes) {
    if (size.where.file != mapping.where.file ||
        std::find(known.begin(), known.end(), part) != known.end()) {
      continue;
    }
    if (const auto covers = outermost.find(part); covers != outermost.end()) {
      problems.push_back({size.where,
                          fmt::format("'{}' is the outermost part of '{}', so it has no size", part,
                                      covers->second),
                          "leave it out: it covers what the other parts leave"});
    } else {
      problems.push_back({size.where, fmt::format("no partition has a part '{}'", part),
                          known.empty() ? "write under partition: how a rank variable is cut"
                                        : core::suggestion(part, known)});
    }
  }
}

/// Sections run as `order:` names them, else as they are written; those not named come last.
void orderSections(Mapping& mapping, const std::vector<std::string>& order,
                   core::Problems& problems) {
  std::vector<std::string> known;
  for (const auto& section : mapping.sections) {
    known.push_back(section.name);
  }
  for (const auto& name : order) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      problems.push_back({mapping.where, fmt::format("order: there is no section '{}'", name),
                          core::suggestion(name, known)});
    }
  }
  std::stable_sort(mapping.sections.begin(), mapping.sections.end(),
                   [&](const Section& a, const Section& b) {
                     return std::find(order.begin(), order.end(), a.name) <
                            std::find(order.begin(), order.end(), b.name);
                   });
}

Mapping readAll(const Node& root, bool& general, core::Problems& problems) {
  Mapping mapping;
  mapping.where = root.where;
  MapReader reader(root, problems);
  mapping.name = reader.text("mapping").value_or("");
  mapping.summary = reader.textOr("summary", "").value_or("");
  mapping.source = reader.textOr("source", "").value_or("");
  reader.integerOr("preference", 1, 9, 9); // read by the catalogue
  mapping.machineKind = reader.textOr("kind", "spatial").value_or("");
  if (const auto* parameters = reader.mapIf("parameters")) {
    for (const auto& [name, value] : parameters->entries) {
      if (auto expression = config::expression(value, problems)) {
        mapping.parameters.push_back({name.scalar, std::move(*expression), value.where});
      }
    }
  }
  general = reader.booleanOr("one_by_one", false).value_or(false);
  if (general) { // nothing else to say
    reader.finish();
    return mapping;
  }
  if (const auto* partition = reader.mapIf("partition")) {
    for (const auto& [variable, parts] : partition->entries) {
      mapping.partitions.push_back(
          {variable.scalar, config::textList(parts, problems), parts.where});
      checkOnce(parts, problems);
    }
  }
  if (const auto* sizes = reader.mapIf("sizes")) {
    for (const auto& [part, size] : sizes->entries) {
      mapping.sizes[part.scalar] = readSize(size, problems);
    }
  }
  if (const auto* bind = reader.map("bind")) {
    for (const auto& [einsum, binding] : bind->entries) {
      mapping.bindings.push_back(readBinding(einsum.scalar, binding, problems));
    }
  }
  if (const auto* sections = reader.map("sections")) {
    for (const auto& [name, node] : sections->entries) {
      if (auto nest = readNest(node, problems)) {
        mapping.sections.push_back({name.scalar, std::move(*nest)});
      }
    }
  }
  orderSections(mapping, reader.textListIf("order"), problems);
  reader.finish();
  return mapping;
}

} // namespace

const Binding* Mapping::binding(std::string_view einsum) const {
  const auto found = std::find_if(bindings.begin(), bindings.end(),
                                  [&](const Binding& b) { return b.einsum == einsum; });
  return found == bindings.end() ? nullptr : &*found;
}

core::Expression::Lookup names(const einsum::Cascade& cascade, const arch::Machine& machine) {
  return [&](std::string_view name) -> std::optional<core::Rational> {
    if (const auto parameter = cascade.parameter(name)) {
      return core::Rational(*parameter);
    }
    if (const auto size = cascade.size(name); size > 0) {
      return core::Rational(size);
    }
    return machine.value(name);
  };
}

core::Expected<Mapping> readMapping(const std::filesystem::path& file,
                                    const einsum::Cascade& cascade, const arch::Machine& machine,
                                    const core::Settings& settings,
                                    const std::vector<std::filesystem::path>& catalogue) {
  auto root = config::load(file, catalogue);
  if (!root) {
    return core::failure(std::move(root.error()));
  }
  core::Problems problems;
  const auto partitions = partitionsOf(*root);
  const auto decided = decideCases(std::move(*root), names(cascade, machine), problems);
  bool general = false;
  auto mapping = readAll(decided, general, problems);
  checkSizes(mapping, partitions, problems);
  mapping.file = file.string();
  for (const auto& [name, value] : settings) {
    std::vector<std::string> known;
    for (const auto& [part, size] : mapping.sizes) {
      known.push_back(part);
    }
    if (mapping.sizes.count(name) == 0) {
      problems.push_back({{mapping.file, 1, 1, "sizes"},
                          fmt::format("the mapping has no size '{}' to set", name),
                          core::suggestion(name, known)});
    } else {
      mapping.sizes[name] = {core::Expression::constant(value), {}, mapping.sizes[name].where};
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return general ? oneByOne(std::move(mapping), cascade, machine)
                 : core::Expected<Mapping>(std::move(mapping));
}

core::Expected<core::Settings> workloadParameters(const Mapping& mapping,
                                                  const einsum::Cascade& cascade,
                                                  const arch::Machine& machine) {
  core::Settings settings;
  core::Problems problems;
  for (const auto& [name, expression, where] : mapping.parameters) {
    if (!cascade.parameter(name)) {
      continue; // a mapping may serve several cascades
    }
    const auto value = expression.evaluate(names(cascade, machine));
    if (value) {
      settings[name] = *value;
    } else {
      problems.push_back({where, value.error(), {}});
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return settings;
}

} // namespace einsight::mappings

#include "config/reader.hpp"
#include "core/text.hpp"
#include "mappings/mapping.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace einsight::mappings {
namespace {

using config::MapReader;
using config::Node;

std::optional<Nest> readNest(const Node& node, core::Problems& problems);

/// "RD@3": the Einsum RD, three epochs behind.
Line readLine(const Node& node, core::Problems& problems) {
  Line line;
  line.where = node.where;
  if (node.kind == Node::Kind::Map) {
    if (auto nest = readNest(node, problems)) {
      line.nest.push_back(std::move(*nest));
      const auto* stage = node.find("stage");
      line.stage = stage != nullptr
                       ? static_cast<int>(config::integer(*stage, problems).value_or(0))
                       : 0;
    }
    return line;
  }
  const auto text = config::text(node, problems).value_or("");
  const auto mark = text.find('@');
  line.einsum = text.substr(0, mark);
  if (mark != std::string::npos) {
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + mark + 1, end, line.stage);
    if (error != std::errc{} || stop != end || line.stage < 0 || line.stage > 64) {
      config::report(node, fmt::format("'{}' is not an Einsum with a stage", text),
                     "write NAME@k: NAME works on the tile of k iterations before, k from 0 to 64",
                     problems);
      line.stage = 0;
    }
  }
  return line;
}

Phase readPhase(const Node& node, core::Problems& problems) {
  Phase phase;
  const Node* lines = &node;
  if (node.kind == Node::Kind::Map) {
    MapReader reader(node, problems);
    lines = reader.sequence("do");
    phase.wait = reader.expressionIf("wait");
    reader.finish();
  }
  if (lines != nullptr && lines->kind != Node::Kind::Sequence) {
    config::report(*lines, "a phase is a list of Einsums, or a map of do and wait", "", problems);
    return phase;
  }
  for (std::size_t i = 0; lines != nullptr && i < lines->items.size(); ++i) {
    phase.lines.push_back(readLine(lines->items[i], problems));
  }
  return phase;
}

Keep readKeep(const std::string& memory, const std::string& tensor, const Node& node,
              core::Problems& problems) {
  Keep keep;
  keep.memory = memory;
  keep.tensor = tensor;
  keep.where = node.where;
  if (node.kind != Node::Kind::Map) {
    keep.per = config::text(node, problems).value_or("");
    return keep;
  }
  MapReader reader(node, problems);
  keep.per = reader.text("per").value_or("");
  if (reader.has("tiles")) {
    keep.tiles = reader.integer("tiles", 1, 1 << 20);
  }
  if (reader.has("counted_tiles")) {
    keep.countedTiles = reader.integer("counted_tiles", 1, 1 << 20);
  }
  keep.spill = reader.expressionIf("spill");
  keep.streamed = reader.textListIf("streamed");
  keep.shares = reader.textOr("shares", "").value_or("");
  reader.finish();
  return keep;
}

std::vector<Keep> readKeeps(const Node& node, core::Problems& problems) {
  std::vector<Keep> keeps;
  for (const auto& [memory, tensors] : node.entries) {
    if (tensors.kind != Node::Kind::Map) {
      config::report(tensors, "expected a map of tensors, each with the loop whose tile is kept",
                     "write for example {Q: p2, K: m1}", problems);
      continue;
    }
    for (const auto& [tensor, value] : tensors.entries) {
      if (value.kind != Node::Kind::Null) { // removed by an overlay
        keeps.push_back(readKeep(memory.scalar, tensor.scalar, value, problems));
      }
    }
  }
  return keeps;
}

std::optional<Nest> readNest(const Node& node, core::Problems& problems) {
  Nest nest;
  nest.where = node.where;
  MapReader reader(node, problems);
  nest.loops = reader.textListIf("loops");
  reader.optional("stage");
  if (const auto* keep = reader.mapIf("keep")) {
    nest.keeps = readKeeps(*keep, problems);
  }
  const bool lines = reader.has("do");
  nest.skipMasked = reader.booleanOr("skip_masked", false).value_or(false);
  nest.synchronised = reader.has("phases");
  if (lines == nest.synchronised) {
    reader.problem("", lines ? "give either do or phases, not both" : "a nest needs do or phases",
                   "do: [A, B] runs as units and data allow; phases: [[A], [B]] puts barriers between");
    reader.optional("do");
    reader.optional("phases");
  } else if (lines) {
    if (const auto* list = reader.sequence("do")) {
      nest.phases.push_back(readPhase(*list, problems));
    }
  } else if (const auto* list = reader.sequence("phases")) {
    for (const auto& phase : list->items) {
      nest.phases.push_back(readPhase(phase, problems));
    }
  }
  reader.finish();
  return nest;
}

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

/// Lays the first case that holds over the file.
Node decideCases(Node root, const core::Expression::Lookup& lookup, core::Problems& problems) {
  const auto found = std::find_if(root.entries.begin(), root.entries.end(), [](const auto& entry) {
    return entry.first.scalar == "cases";
  });
  if (found == root.entries.end()) {
    return root;
  }
  const Node cases = found->second;
  root.entries.erase(found);
  for (const auto& [name, item] : cases.entries) {
    const auto* when = item.find("when");
    if (when == nullptr) {
      config::report(item, "a case needs when", "write when: and a condition", problems);
      continue;
    }
    const auto condition = config::expression(*when, problems);
    const auto holds = condition ? condition->evaluate(lookup)
                                 : tl::expected<core::Rational, std::string>(core::Rational(0));
    if (!holds) {
      config::report(*when, holds.error(), "", problems);
    } else if (*holds != core::Rational(0)) {
      Node overlay = item;
      std::erase_if(overlay.entries, [](const auto& e) { return e.first.scalar == "when"; });
      return config::overlay(std::move(root), overlay);
    }
  }
  return root;
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

Mapping readAll(const Node& root, core::Problems& problems) {
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
        mapping.parameters.emplace_back(name.scalar, std::move(*expression));
      }
    }
  }
  if (const auto* partition = reader.mapIf("partition")) {
    for (const auto& [variable, parts] : partition->entries) {
      mapping.partitions.push_back(
          {variable.scalar, config::textList(parts, problems), parts.where});
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
  const auto decided = decideCases(std::move(*root), names(cascade, machine), problems);
  auto mapping = readAll(decided, problems);
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
  return mapping;
}

core::Expected<core::Settings> workloadParameters(const Mapping& mapping,
                                                  const einsum::Cascade& cascade,
                                                  const arch::Machine& machine) {
  core::Settings settings;
  core::Problems problems;
  for (const auto& [name, expression] : mapping.parameters) {
    if (!cascade.parameter(name)) {
      continue; // a mapping may serve several cascades
    }
    const auto value = expression.evaluate(names(cascade, machine));
    if (value) {
      settings[name] = *value;
    } else {
      problems.push_back({{mapping.file, 1, 1, "parameters." + name}, value.error(), {}});
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return settings;
}

} // namespace einsight::mappings

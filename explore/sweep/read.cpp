#include "config/reader.hpp"
#include "core/text.hpp"
#include "explore/sweep/axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace einsight::explore::sweep {
namespace {

using config::MapReader;
using config::Node;

constexpr std::array<std::string_view, 3> kEngines{"analytic", "cycle", "pe"};
constexpr std::int64_t kMostSeconds = 1'000'000;
constexpr std::int64_t kDefaultSeconds = 600;

std::vector<Condition> readConditions(const Node* node, core::Problems& problems) {
  std::vector<Condition> out;
  for (const auto* item : itemsOf(node)) {
    if (auto expression = config::expression(*item, problems)) {
      out.push_back({std::move(*expression), item->where});
    }
  }
  return out;
}

void readInputs(MapReader& reader, AxisReader& axes, bool zipped, const char* key, const char* name,
                bool required) {
  const auto* node = reader.optional(key);
  if (node != nullptr) {
    axes.inputs(*node, name);
  } else if (required && !zipped) {
    reader.problem({}, fmt::format("'{}' is missing", key),
                   fmt::format("write {}: and a name, or a list of names", key));
  }
}

/// Does a group of `zip:` give the name?
bool inZip(const Node* zip, const char* name) {
  const auto groups = itemsOf(zip); // a map is a group by itself
  return std::any_of(groups.begin(), groups.end(),
                     [&](const Node* group) { return group->find(name) != nullptr; });
}

/// The machines that a sweep names, as names or paths; what is no text is left to its reader.
std::vector<std::string> machinesOf(const Node& root, const std::string& file) {
  auto nodes = itemsOf(root.find("machines"));
  for (const auto* group : itemsOf(root.find("zip"))) {
    const auto own = itemsOf(group->find(kMachine));
    nodes.insert(nodes.end(), own.begin(), own.end());
  }
  std::vector<std::string> out;
  for (const auto* node : nodes) {
    if (node->kind == Node::Kind::Scalar) {
      out.push_back(resolved(node->scalar, file));
    }
  }
  return out;
}

/// Conditions on parameters may name only those that the sweep varies.
void checkWhen(const Raw& raw, core::Problems& problems) {
  std::vector<std::string> known;
  for (const auto& varied : raw.varied) {
    known.push_back(varied.name);
  }
  for (const auto& [expression, where] : raw.sweep.when) {
    for (const auto& name : expression.names()) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        const auto near = core::suggestion(name, known);
        problems.push_back(
            {where, fmt::format("'{}' is not varied by this sweep", name),
             near.empty() ? "write it under set:, with one value if it is fixed" : near});
      }
    }
  }
}

} // namespace

std::vector<const Node*> itemsOf(const Node* node) {
  std::vector<const Node*> out;
  if (node != nullptr && node->kind == Node::Kind::Sequence) {
    for (const auto& item : node->items) {
      out.push_back(&item);
    }
  } else if (node != nullptr) {
    out.push_back(node);
  }
  return out;
}

std::string resolved(const std::string& text, const std::string& sweepFile) {
  const std::filesystem::path path(text);
  std::error_code none;
  if (const auto colon = text.rfind(':'); colon != std::string::npos) {
    return resolved(text.substr(0, colon), sweepFile) + ":" +
           resolved(text.substr(colon + 1), sweepFile);
  }
  const auto beside = std::filesystem::path(sweepFile).parent_path() / path;
  const bool bare = text.find_first_of("/.") == std::string::npos;
  return !bare && path.is_relative() && std::filesystem::is_regular_file(beside, none)
             ? beside.lexically_normal().string()
             : text;
}

std::int64_t readTimeout(MapReader& reader) {
  return reader.integerOr("timeout", 1, kMostSeconds, kDefaultSeconds).value_or(kDefaultSeconds);
}

void readPrices(const Node& map, Raw& raw, core::Problems& problems) {
  for (const auto& [machine, price] : map.entries) {
    const auto value = config::quantity(price, config::Dimension::Dollars, problems);
    if (value && *value <= core::Rational(0)) {
      config::report(price, "a price is above zero", {}, problems);
    } else if (value) {
      raw.sweep.prices[machine.scalar] = value->toDouble();
      raw.prices[machine.scalar] = machine.where;
    }
  }
}

Raw readRaw(const Node& root, const std::string& file, const Overrides& overrides,
            core::Problems& problems) {
  Raw raw;
  auto& sweep = raw.sweep;
  sweep.file = file;
  MapReader reader(root, problems);
  sweep.name = reader.text("sweep").value_or("");
  sweep.summary = reader.textOr("summary", "").value_or("");
  sweep.engine = reader.oneOfOr("engine", kEngines, "cycle").value_or("cycle");
  AxisReader axes(raw, machinesOf(root, file), problems);
  const auto* zip = root.find("zip");
  readInputs(reader, axes, inZip(zip, kWorkload), "workloads", kWorkload, true);
  readInputs(reader, axes, inZip(zip, kMachine), "machines", kMachine, true);
  readInputs(reader, axes, inZip(zip, kMapping), "mappings", kMapping, false);
  readInputs(reader, axes, inZip(zip, kTrace), "traces", kTrace, false);
  if (const auto* set = reader.mapIf("set")) {
    axes.set(*set);
  }
  if (reader.optional("zip") != nullptr) {
    axes.zip(*zip);
  }
  for (const auto& text : overrides.settings) {
    axes.override(text);
  }
  if (const auto* prices = reader.mapIf("prices")) {
    readPrices(*prices, raw, problems);
  }
  sweep.when = readConditions(reader.optional("when"), problems);
  sweep.where = readConditions(reader.optional("where"), problems);
  const auto* objectives = reader.optional("objectives");
  const auto* per = reader.optional("per");
  readObjectives(objectives, per, sweep, problems);
  const auto* strategy = reader.optional("strategy");
  const auto* search = reader.optional("search");
  readStrategy(strategy, search, sweep, problems);
  if (overrides.points) {
    limitPoints(*overrides.points, sweep, problems);
  }
  sweep.timeout = readTimeout(reader);
  reader.finish();
  checkWhen(raw, problems);
  return raw;
}

core::Expected<Sweep> readSweep(const std::string& file, const Overrides& overrides) {
  const auto root = config::load(file);
  if (!root) {
    return core::failure(root.error());
  }
  core::Problems problems;
  auto raw = readRaw(*root, file, overrides, problems);
  raw.sweep.hash = checkNames(raw, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return std::move(raw.sweep);
}

} // namespace einsight::explore::sweep

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
constexpr std::int64_t kLargest = std::int64_t{1} << 52;
constexpr std::int64_t kMostSeconds = 1'000'000;
constexpr std::int64_t kDefaultSeconds = 600;
constexpr std::int64_t kMostDrawn = 10'000'000;

/// The items of a list, or the one scalar in its place.
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

std::vector<Condition> readConditions(const Node* node, core::Problems& problems) {
  std::vector<Condition> out;
  for (const auto* item : itemsOf(node)) {
    if (auto expression = config::expression(*item, problems)) {
      out.push_back({std::move(*expression), item->where});
    }
  }
  return out;
}

std::vector<std::string> readObjectives(const Node* node, core::Problems& problems) {
  std::vector<std::string> known, out;
  for (const auto& objective : objectives()) {
    known.emplace_back(objective.name);
  }
  for (const auto* item : itemsOf(node)) {
    const auto name = config::text(*item, problems);
    if (!name) {
      continue;
    }
    if (std::find(known.begin(), known.end(), *name) == known.end()) {
      config::report(*item, fmt::format("there is no objective '{}'", *name),
                     core::suggestion(*name, known), problems);
    } else if (std::find(out.begin(), out.end(), *name) != out.end()) {
      config::report(*item, fmt::format("'{}' is there twice", *name), {}, problems);
    } else {
      out.push_back(*name);
    }
  }
  return node == nullptr ? std::vector<std::string>{"latency"} : out;
}

std::optional<Sample> readStrategy(const Node* node, core::Problems& problems) {
  if (node == nullptr || (node->kind == Node::Kind::Scalar && node->scalar == "exhaustive")) {
    return std::nullopt;
  }
  if (node->kind != Node::Kind::Map) {
    config::report(*node, "expected exhaustive, or {random: COUNT, seed: SEED}", {}, problems);
    return std::nullopt;
  }
  MapReader reader(*node, problems);
  Sample sample;
  sample.count = reader.integer("random", 1, kMostDrawn).value_or(1);
  sample.seed = static_cast<std::uint64_t>(reader.integerOr("seed", 0, kLargest, 1).value_or(1));
  reader.finish();
  return sample;
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

const std::vector<Objective>& objectives() {
  static const std::vector<Objective> kObjectives{{"latency", "seconds", false},
                                                  {"energy", "energy_pj", false},
                                                  {"area", "area_um2", false},
                                                  {"edp", "edp_pj_s", false},
                                                  {"utilization", "utilization", true}};
  return kObjectives;
}

std::string resolved(const std::string& text, const std::string& sweepFile) {
  const std::filesystem::path path(text);
  std::error_code none;
  if (const auto colon = text.rfind(':'); colon != std::string::npos) {
    return resolved(text.substr(0, colon), sweepFile) + ":" +
           resolved(text.substr(colon + 1), sweepFile);
  }
  const auto beside = std::filesystem::path(sweepFile).parent_path() / path;
  const bool bare = text.find('/') == std::string::npos && path.extension() != ".yaml";
  return !bare && path.is_relative() && std::filesystem::is_regular_file(beside, none)
             ? beside.lexically_normal().string()
             : text;
}

Raw readRaw(const Node& root, const std::string& file, const std::vector<std::string>& overrides,
            core::Problems& problems) {
  Raw raw;
  auto& sweep = raw.sweep;
  sweep.file = file;
  MapReader reader(root, problems);
  sweep.name = reader.text("sweep").value_or("");
  sweep.summary = reader.textOr("summary", "").value_or("");
  sweep.engine = reader.oneOfOr("engine", kEngines, "cycle").value_or("cycle");
  AxisReader axes(raw, problems);
  const auto* zip = root.find("zip");
  readInputs(reader, axes, inZip(zip, kWorkload), "workloads", kWorkload, true);
  readInputs(reader, axes, inZip(zip, kMachine), "machines", kMachine, true);
  readInputs(reader, axes, inZip(zip, kMapping), "mappings", kMapping, false);
  if (const auto* set = reader.mapIf("set")) {
    axes.set(*set);
  }
  if (reader.optional("zip") != nullptr) {
    axes.zip(*zip);
  }
  for (const auto& text : overrides) {
    axes.override(text);
  }
  sweep.when = readConditions(reader.optional("when"), problems);
  sweep.where = readConditions(reader.optional("where"), problems);
  sweep.objectives = readObjectives(reader.optional("objectives"), problems);
  sweep.sample = readStrategy(reader.optional("strategy"), problems);
  sweep.timeout =
      reader.integerOr("timeout", 1, kMostSeconds, kDefaultSeconds).value_or(kDefaultSeconds);
  reader.finish();
  checkWhen(raw, problems);
  return raw;
}

core::Expected<Sweep> readSweep(const std::string& file,
                                const std::vector<std::string>& overrides) {
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

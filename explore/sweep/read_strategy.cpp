#include "config/reader.hpp"
#include "core/text.hpp"
#include "explore/sweep/objectives.hpp"
#include "explore/sweep/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::explore::sweep {
namespace {

using config::MapReader;
using config::Node;

constexpr std::int64_t kLargest = std::int64_t{1} << 52;
constexpr std::int64_t kMostPoints = 10'000'000;
constexpr std::int64_t kMostPopulation = 100'000;
constexpr std::int64_t kLeastPopulation = 8;
constexpr std::array<std::string_view, 3> kMethods{"nsga2", "maco", "gaco"};
constexpr const char* kOfOne = "gaco"; ///< the method for one objective

/// Names of a list that are known, each once.
std::vector<std::string> namesOf(const Node* node, const std::vector<std::string>& known,
                                 const char* unknown, core::Problems& problems) {
  std::vector<std::string> out;
  for (const auto* item : itemsOf(node)) {
    const auto name = config::text(*item, problems);
    if (!name) {
      continue;
    }
    if (std::find(known.begin(), known.end(), *name) == known.end()) {
      config::report(*item, fmt::format(fmt::runtime(unknown), *name),
                     core::suggestion(*name, known), problems);
    } else if (std::find(out.begin(), out.end(), *name) != out.end()) {
      config::report(*item, fmt::format("'{}' is there twice", *name), {}, problems);
    } else {
      out.push_back(*name);
    }
  }
  return out;
}

std::optional<Sample> readSample(const Node& node, core::Problems& problems) {
  if (node.kind == Node::Kind::Scalar && node.scalar == "exhaustive") {
    return std::nullopt;
  }
  if (node.kind != Node::Kind::Map) {
    config::report(node, "expected exhaustive, or {random: COUNT, seed: SEED}", {}, problems);
    return std::nullopt;
  }
  MapReader reader(node, problems);
  Sample sample;
  sample.count = reader.integer("random", 1, kMostPoints).value_or(1);
  sample.seed = static_cast<std::uint64_t>(reader.integerOr("seed", 0, kLargest, 1).value_or(1));
  reader.finish();
  return sample;
}

Search readSearch(const Node& node, std::size_t objectives, core::Problems& problems) {
  Search search;
  MapReader reader(node, problems);
  search.method = reader.oneOfOr("method", kMethods, objectives == 1 ? kOfOne : "nsga2")
                      .value_or(search.method);
  search.evaluations = reader.integer("evaluations", 1, kMostPoints).value_or(1);
  search.seed = static_cast<std::uint64_t>(reader.integerOr("seed", 0, kLargest, 1).value_or(1));
  search.population =
      reader.integerOr("population", kLeastPopulation, kMostPopulation, 0).value_or(0);
  reader.finish();
  if (search.method == kOfOne && objectives > 1) {
    config::report(node, fmt::format("{} finds the best of one objective", search.method),
                   "use method: nsga2 or method: maco", problems);
  } else if (search.method != kOfOne && objectives == 1) {
    config::report(node, fmt::format("{} needs at least two objectives", search.method),
                   "use method: gaco, or add one under objectives:", problems);
  }
  return search;
}

} // namespace

void readObjectives(const Node* objectives, const Node* per, Sweep& sweep,
                    core::Problems& problems) {
  std::vector<std::string> known, varied;
  for (const auto& each : sweep::objectives()) {
    known.emplace_back(each.name);
  }
  for (const auto& axis : sweep.axes) {
    varied.insert(varied.end(), axis.names.begin(), axis.names.end());
  }
  sweep.objectives = objectives == nullptr
                         ? std::vector<std::string>{"latency"}
                         : namesOf(objectives, known, "there is no objective '{}'", problems);
  sweep.per = namesOf(per, varied, "'{}' is not varied by this sweep", problems);
}

void readStrategy(const Node* strategy, const Node* search, Sweep& sweep,
                  core::Problems& problems) {
  if (strategy != nullptr && search != nullptr) {
    config::report(*search, "a sweep has either strategy: or search:", "leave one of them out",
                   problems);
  }
  if (strategy != nullptr) {
    sweep.sample = readSample(*strategy, problems);
  }
  if (search != nullptr && config::expectKind(*search, Node::Kind::Map, problems)) {
    sweep.search = readSearch(*search, sweep.objectives.size(), problems);
  }
}

void limitPoints(std::int64_t points, Sweep& sweep, core::Problems& problems) {
  if (points < 1 || points > kMostPoints) {
    problems.push_back({{{}, 0, 0, "--points"},
                        fmt::format("'{}' is no number of points", points),
                        fmt::format("write a number from 1 to {}", kMostPoints)});
  } else if (sweep.search) {
    sweep.search->evaluations = std::min(sweep.search->evaluations, points);
  } else if (!sweep.sample || sweep.sample->count > points) {
    sweep.sample = Sample{points, sweep.sample ? sweep.sample->seed : 1};
  }
}

} // namespace einsight::explore::sweep

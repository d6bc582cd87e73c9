#include "arch/catalogue.hpp"
#include "config/reader.hpp"
#include "core/invariant.hpp"
#include "core/text.hpp"
#include "explore/machine_parameters.hpp"
#include "explore/serving/load.hpp"
#include "explore/serving/planner.hpp"
#include "explore/sweep/reading.hpp"
#include "explore/sweep/values.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/transformer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

using config::MapReader;
using config::Node;
using sweep::Value;

constexpr std::size_t kMostCandidates = 100'000;

/// Values of parameters of machine ("arch.NAME") and mapping ("mapping.NAME").
using Chosen = std::vector<std::pair<std::string, Value>>;

Value valueOf(const core::Rational& number) {
  return {number.toString(), number};
}

/// A plan as what a sweep file would say.
class PlanReader {
public:
  PlanReader(PlanQuestion& question, core::Problems& problems)
      : question_(question), problems_(problems) {}

  void read(const Node& root) {
    MapReader reader(root, problems_);
    auto& sweep = raw_.sweep;
    sweep.file = question_.sweep.file;
    sweep.name = reader.text("plan").value_or("");
    sweep.summary = reader.textOr("summary", "").value_or("");
    sweep.objectives = {"usd_per_mtoken", "throughput"};
    if (auto name = reader.text("workload")) {
      workload(*name, root.find("workload")->where);
    }
    if (const auto* map = reader.mapIf("load")) {
      load(*map);
    }
    if (const auto* times = reader.mapIf("limits")) {
      limits(*times);
    }
    if (const auto* dollars = reader.mapIf("prices")) {
      sweep::readPrices(*dollars, raw_, problems_);
    }
    if (const auto* list = reader.sequence("clusters")) {
      clusters(*list);
    }
    checkServed(root.find("load") != nullptr ? *root.find("load") : root);
    sweep.timeout = sweep::readTimeout(reader);
    reader.finish();
    sweep.hash = checkNames(raw_, problems_);
    question_.sweep = std::move(raw_.sweep);
  }

private:
  /// A name of the catalogue or a file, as a sweep takes it.
  const std::string& input(const char* name, std::string text, const core::Where& where) {
    auto path = sweep::resolved(text, raw_.sweep.file);
    return raw_.inputs[name]
        .emplace_back(sweep::Input{std::move(text), std::move(path), where})
        .path;
  }

  void axis(const std::string& name, Value value) {
    raw_.sweep.axes.push_back({{name}, {{std::move(value)}}});
  }

  void workload(const std::string& name, const core::Where& where) {
    const auto& path = input(sweep::kWorkload, name, where);
    if (workloads::load(path) && !workloads::isTransformer(path)) {
      problems_.push_back({where, fmt::format("'{}' is no whole model", name),
                           "one with the key `transformer`: docs/serving.md"});
    }
    question_.workload = name;
    axis(sweep::kWorkload, {name, {}});
  }

  void load(const Node& map) {
    const auto before = problems_.size();
    std::vector<std::string> known(loadNumbers().begin(), loadNumbers().end());
    known.insert(known.begin(), sweep::kTrace);
    for (const auto& [key, value] : map.entries) {
      if (std::find(known.begin(), known.end(), key.scalar) == known.end()) {
        config::report(key, fmt::format("a load has no '{}'", key.scalar),
                       core::suggestion(key.scalar, known), problems_);
      } else if (key.scalar == sweep::kTrace) {
        if (const auto text = config::text(value, problems_)) {
          input(sweep::kTrace, *text, value.where);
          axis(sweep::kTrace, {*text, {}});
        }
      } else {
        loadNumber(key.scalar, value);
      }
      load_.insert(key.scalar);
    }
    served_ = problems_.size() > before; // what it lacks may be what is wrong in it
  }

  /// Something must say what the model serves.
  void checkServed(const Node& place) {
    const auto path = sweep::resolved(question_.workload, raw_.sweep.file);
    if (!served_ && workloads::load(path) && workloads::isTransformer(path)) {
      if (auto missing = missingInLoad(path, load_); !missing.empty()) {
        config::report(place, std::move(missing), fmt::format("load: {}", kLoadKeys), problems_);
      }
    }
  }

  void loadNumber(const std::string& name, const Node& value) {
    const auto number = sweep::readValues(value, problems_);
    if (number.size() > 1) {
      config::report(value, "a load has one value of each", "write one number", problems_);
    }
    if (number.size() != 1) {
      return;
    }
    if (const auto wrong = mistakeInLoad(name, number.front().toDouble()); !wrong.empty()) {
      config::report(value, wrong, kLoadNumbers, problems_);
    }
    axis(name, valueOf(number.front()));
  }

  void limits(const Node& map) {
    MapReader times(map, problems_);
    const auto seconds = [&](const char* key, const char* result) {
      const auto value = times.quantityIf(key, config::Dimension::Seconds);
      if (value && *value <= core::Rational(0)) {
        times.problem(key, "a limit is above zero", "leave it out where there is none");
      }
      if (!value || *value <= core::Rational(0)) {
        return 0.0;
      }
      auto condition = core::Expression::parse(fmt::format("{} <= {}", result, value->toString()));
      EINSIGHT_INVARIANT(condition.has_value(), "a limit is an expression");
      raw_.sweep.where.push_back({std::move(*condition), map.find(key)->where});
      return value->toDouble();
    };
    question_.tbtSeconds = seconds("tbt", "tbt_p99_s");
    question_.ttftSeconds = seconds("ttft", "ttft_p99_s");
    times.finish();
  }

  /// Every combination of the values of the parameters, the last one changing fastest.
  std::vector<Chosen> combinations(const Node* map) {
    std::vector<Chosen> out(1);
    for (const auto& [name, node] : map == nullptr ? decltype(map->entries){} : map->entries) {
      const auto before = problems_.size();
      const auto values = sweep::readValues(node, problems_);
      if (values.empty() && problems_.size() == before) {
        config::report(node, "there are no values", "write for example 2..8 or [2, 4]", problems_);
      }
      if (out.size() * values.size() > kMostCandidates) {
        config::report(node, fmt::format("these are more than {} candidates", kMostCandidates),
                       "vary less", problems_);
        return {};
      }
      const bool prefixed = name.scalar.starts_with("mapping.") || name.scalar.starts_with("arch.");
      const auto full = prefixed ? name.scalar : "arch." + name.scalar;
      std::vector<Chosen> longer;
      for (const auto& some : out) {
        for (const auto& value : values) {
          longer.push_back(some);
          longer.back().emplace_back(full, valueOf(value));
        }
      }
      out = std::move(longer);
      raw_.varied.push_back({full, name.where});
    }
    return out;
  }

  void machine(const std::string& name, const core::Where& where, bool mapped) {
    const auto kind = arch::kindOf(input(sweep::kMachine, name, where));
    if (kind && *kind != "cluster" && *kind != "gpu") {
      problems_.push_back({where, fmt::format("'{}' is a machine of kind {}", name, *kind),
                           "a cluster, or a GPU: docs/clusters.md"});
    } else if (kind && *kind == "gpu" && !mapped && load_.empty()) {
      problems_.push_back({where,
                           fmt::format("'{}' is one GPU, and nothing says what it serves", name),
                           "write load: or mappings:"});
      served_ = true;
    }
  }

  void mapping(const std::string& name, const core::Where& where) {
    const auto kind =
        mappings::find(input(sweep::kMapping, name, where)).and_then(mappings::kindOf);
    if (kind && *kind != "serving") {
      problems_.push_back({where, fmt::format("'{}' is a mapping of kind {}", name, *kind),
                           "one of kind serving: docs/serving.md"});
    }
  }

  /// The candidates of a machine, under each mapping with each set of values.
  void cluster(const Node& node) {
    MapReader reader(node, problems_);
    const auto name = reader.text("machine").value_or("");
    auto mappings = reader.textListIf("mappings");
    const auto* settings = reader.mapIf("set");
    if (name.empty()) {
      raw_.absent.insert(sweep::kMachine);
    } else {
      machine(name, node.find("machine")->where, !mappings.empty());
      checkParameters(name, raw_.inputs[sweep::kMachine].back().path, settings, problems_);
    }
    const auto items = sweep::itemsOf(node.find("mappings"));
    for (std::size_t i = 0; i < mappings.size(); ++i) {
      mapping(mappings[i], items[i]->where);
    }
    if (mappings.empty()) {
      mappings.emplace_back();
      raw_.absent.insert(sweep::kMapping);
    }
    const auto sets = combinations(settings);
    reader.finish();
    for (const auto& each : mappings) {
      for (const auto& set : sets) {
        candidates_.push_back({name, each, set});
      }
    }
  }

  void clusters(const Node& list) {
    if (list.items.empty()) {
      config::report(list, "a plan has at least one cluster", "- {machine: NAME}", problems_);
    }
    for (const auto& node : list.items) {
      cluster(node);
    }
    sweep::Axis axis{{sweep::kMachine, sweep::kMapping}, {}};
    for (const auto& each : candidates_) {
      for (const auto& [name, value] : each.set) {
        if (std::find(axis.names.begin(), axis.names.end(), name) == axis.names.end()) {
          axis.names.push_back(name);
        }
      }
    }
    for (const auto& each : candidates_) {
      std::vector<Value> row{{each.machine, {}}, {each.mapping, {}}};
      row.resize(axis.names.size());
      Candidate candidate{each.machine, each.mapping, {}};
      for (const auto& [name, value] : each.set) {
        row[static_cast<std::size_t>(std::find(axis.names.begin(), axis.names.end(), name) -
                                     axis.names.begin())] = value;
        constexpr std::string_view kArch = "arch.";
        candidate.settings +=
            fmt::format("{}{}={}", candidate.settings.empty() ? "" : ", ",
                        name.starts_with(kArch) ? name.substr(kArch.size()) : name, value.text);
      }
      axis.rows.push_back(std::move(row));
      question_.candidates.push_back(std::move(candidate));
    }
    raw_.sweep.axes.push_back(std::move(axis));
  }

  struct Each {
    std::string machine, mapping;
    Chosen set;
  };

  PlanQuestion& question_;
  core::Problems& problems_;
  sweep::Raw raw_;
  std::vector<Each> candidates_;
  std::set<std::string> load_; ///< the keys of `load`
  bool served_ = false;        ///< or a mistake says that it may not be
};

} // namespace

core::Expected<PlanQuestion> readPlan(const std::string& file) {
  const auto root = config::load(file);
  if (!root) {
    return core::failure(root.error());
  }
  core::Problems problems;
  PlanQuestion question;
  question.sweep.file = file;
  PlanReader(question, problems).read(*root);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return question;
}

} // namespace einsight::explore

#include "explore/serving_planner.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "core/format.hpp"
#include "core/text.hpp"
#include "explore/serving_load.hpp"
#include "explore/sweep/values.hpp"
#include "mappings/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

/// A name of the catalogue, or a file beside the plan.
std::string resolved(const std::string& name, const std::filesystem::path& plan) {
  std::error_code error;
  const auto beside = plan.parent_path() / name;
  const bool file =
      name.find('.') != std::string::npos && std::filesystem::is_regular_file(beside, error);
  return file ? beside.string() : name;
}

/// Numbers of the load, and the trace.
void readLoad(const Node& map, const std::filesystem::path& file, PointRequest& request,
              core::Problems& problems) {
  std::vector<std::string> known{"trace"};
  known.insert(known.end(), loadNumbers().begin(), loadNumbers().end());
  for (const auto& [key, value] : map.entries) {
    if (std::find(known.begin(), known.end(), key.scalar) == known.end()) {
      config::report(key, fmt::format("a load has no '{}'", key.scalar),
                     core::suggestion(key.scalar, known), problems);
    } else if (key.scalar == "trace") {
      request.workloadNames["trace"] = resolved(value.scalar, file);
    } else if (const auto number = sweep::readValues(value, problems); number.size() == 1) {
      const auto wrong = mistakeInLoad(key.scalar, number.front().toDouble());
      if (!wrong.empty()) {
        config::report(value, wrong, kLoadNumbers, problems);
      }
      request.workloadSettings[key.scalar] = number.front();
    } else if (!number.empty()) {
      config::report(value, "a load has one value of each", "write one number", problems);
    }
  }
}

/// The name of a thing that `find` knows, or a file beside the plan; a problem where there is none.
template <class Find>
std::string named(const std::string& name, const Node& node, const std::string& plan,
                  const Find& find, core::Problems& problems) {
  auto found = resolved(name, plan);
  if (const auto known = find(found); !known && !name.empty()) {
    config::report(node, known.error().front().what, known.error().front().help, problems);
  }
  return found;
}

Prices readPrices(const Node& map, core::Problems& problems) {
  Prices prices;
  for (const auto& [machine, price] : map.entries) {
    if (const auto value = config::quantity(price, Dimension::Dollars, problems)) {
      prices[machine.scalar] = value->toDouble();
    }
  }
  return prices;
}

/// Every combination of the values of the parameters, the last one changing fastest.
std::vector<std::vector<std::pair<std::string, core::Rational>>>
combinations(const Node* map, core::Problems& problems) {
  std::vector<std::vector<std::pair<std::string, core::Rational>>> out(1);
  for (const auto& [name, node] : map == nullptr ? decltype(map->entries){} : map->entries) {
    const auto values = sweep::readValues(node, problems);
    std::vector<std::vector<std::pair<std::string, core::Rational>>> longer;
    for (const auto& some : out) {
      for (const auto& value : values) {
        longer.push_back(some);
        longer.back().emplace_back(name.scalar, value);
      }
    }
    out = std::move(longer);
  }
  return out;
}

void readCluster(const Node& node, const PointRequest& load, PlanQuestion& question,
                 core::Problems& problems) {
  MapReader reader(node, problems);
  const auto asked = reader.text("machine").value_or("");
  const auto* place = node.find("machine");
  const auto machine =
      named(asked, place == nullptr ? node : *place, question.file, arch::kindOf, problems);
  auto mappings = reader.textListIf("mappings");
  if (mappings.empty()) {
    mappings.emplace_back(); // the catalogue's first that fits
  }
  for (auto& mapping : mappings) {
    const auto* list = node.find("mappings");
    mapping =
        mapping.empty() ? mapping : named(mapping, *list, question.file, mappings::find, problems);
  }
  const auto sets = combinations(reader.mapIf("set"), problems);
  reader.finish();
  for (const auto& mapping : mappings) {
    for (const auto& set : sets) {
      Candidate candidate{load, {}};
      candidate.request.workload = question.workload;
      candidate.request.machine = machine;
      candidate.request.mapping = mapping;
      for (const auto& [name, value] : set) {
        candidate.settings +=
            fmt::format("{}{}={}", candidate.settings.empty() ? "" : ", ", name, value.toString());
        constexpr std::string_view kMapping = "mapping.";
        auto& target = name.starts_with(kMapping) ? candidate.request.mappingSettings
                                                  : candidate.request.machineSettings;
        target[name.starts_with(kMapping) ? name.substr(kMapping.size()) : name] = value;
      }
      question.candidates.push_back(std::move(candidate));
    }
  }
}

Planned planned(const Candidate& candidate, const PlanQuestion& question) {
  Planned out;
  out.candidate = &candidate;
  const auto result =
      prepareServing(candidate.request, question.prices).and_then([&](const ServingPoint& point) {
        out.mapping = point.mapping.name;
        return run(point);
      });
  if (!result) {
    out.problems = result.error();
    out.mapping = candidate.request.mapping;
    return out;
  }
  out.serving = result->serving;
  out.meets = missOf(*out.serving, question) <= 0;
  return out;
}

/// Better first.
bool before(const Planned& a, const Planned& b) {
  const auto rank = [](const Planned& one) { return one.meets ? 0 : one.serving ? 1 : 2; };
  if (rank(a) != rank(b) || !a.serving) {
    return rank(a) < rank(b);
  }
  if (a.serving->usdPerMtoken && b.serving->usdPerMtoken) {
    return *a.serving->usdPerMtoken < *b.serving->usdPerMtoken;
  }
  return a.serving->tokensPerSecond > b.serving->tokensPerSecond;
}

/// Whether `a` is at least as good in money and in tokens per second as `b`, and better in one.
bool dominates(const results::Serving& a, const results::Serving& b) {
  const bool asCheap = *a.usdPerMtoken <= *b.usdPerMtoken;
  const bool asFast = a.tokensPerSecond >= b.tokensPerSecond;
  return asCheap && asFast &&
         (*a.usdPerMtoken < *b.usdPerMtoken || a.tokensPerSecond > b.tokensPerSecond);
}

/// Marks the candidates within the limits that no other of these dominates.
void markFrontier(std::vector<Planned>& all) {
  const auto counts = [](const Planned& one) {
    return one.meets && one.serving->usdPerMtoken.has_value();
  };
  for (auto& one : all) {
    one.frontier = counts(one) && std::none_of(all.begin(), all.end(), [&](const Planned& other) {
                     return counts(other) && dominates(*other.serving, *one.serving);
                   });
  }
}

} // namespace

double missOf(const results::Serving& serving, const PlanQuestion& question) {
  const auto share = [](double time, double limit) {
    return limit > 0 ? std::max(0.0, time / limit - 1) : 0.0;
  };
  return std::max(share(serving.tbt.p99, question.tbtSeconds),
                  share(serving.ttft.p99, question.ttftSeconds));
}

core::Problems missed(const PlanQuestion& question, const std::vector<Planned>& all) {
  const Planned* nearest = nullptr;
  for (const auto& one : all) {
    if (one.serving && (nearest == nullptr ||
                        missOf(*one.serving, question) < missOf(*nearest->serving, question))) {
      nearest = &one;
    }
  }
  core::Problem problem{{question.file, 0, 0, "clusters"},
                        "no candidate can serve the load",
                        "what each misses follows"};
  if (nearest != nullptr) {
    problem = {{question.file, 0, 0, "limits"},
               "no candidate serves the load within the limits",
               "longer times, or more devices"};
    const auto& request = nearest->candidate->request;
    problem.what += fmt::format("; the nearest is {} {} {}", request.machine,
                                nearest->candidate->settings, nearest->mapping);
    const auto add = [&](const char* what, double time, double limit) {
      if (limit > 0 && time > limit) {
        problem.what += fmt::format(", with {} {}: {} too long", core::formatSeconds(time), what,
                                    core::formatSeconds(time - limit));
      }
    };
    add("between tokens", nearest->serving->tbt.p99, question.tbtSeconds);
    add("to the first", nearest->serving->ttft.p99, question.ttftSeconds);
  }
  core::Problems problems{std::move(problem)};
  for (const auto& one : all) {
    for (const auto& other : one.problems) { // candidates may miss the same
      const bool told = std::any_of(problems.begin(), problems.end(), [&](const auto& known) {
        return core::render({known}) == core::render({other});
      });
      if (!told) {
        problems.push_back(other);
      }
    }
  }
  return problems;
}

core::Expected<PlanQuestion> readPlan(const std::filesystem::path& file) {
  const auto root = config::load(file);
  if (!root) {
    return core::failure(root.error());
  }
  core::Problems problems;
  PlanQuestion question;
  question.file = file.string();
  MapReader reader(*root, problems);
  question.name = reader.text("plan").value_or("");
  question.summary = reader.textOr("summary", "").value_or("");
  question.workload = resolved(reader.text("workload").value_or(""), file);
  PointRequest load;
  if (const auto* map = reader.mapIf("load")) {
    readLoad(*map, file, load, problems);
  }
  if (const auto* limits = reader.mapIf("limits")) {
    MapReader times(*limits, problems);
    const auto seconds = [&](std::string_view key) {
      const auto value = times.quantityIf(key, Dimension::Seconds);
      return value ? value->toDouble() : 0;
    };
    question.tbtSeconds = seconds("tbt");
    question.ttftSeconds = seconds("ttft");
    times.finish();
  }
  if (const auto* prices = reader.mapIf("prices")) {
    question.prices = readPrices(*prices, problems);
  }
  if (const auto* clusters = reader.sequence("clusters")) {
    if (clusters->items.empty()) {
      reader.problem("clusters", "a plan has at least one cluster", "- {machine: h100x4}");
    }
    for (const auto& cluster : clusters->items) {
      readCluster(cluster, load, question, problems);
    }
  }
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return question;
}

core::Expected<std::vector<Planned>> plan(const PlanQuestion& question,
                                          const std::function<bool(double)>& progress) {
  std::vector<Planned> out;
  for (const auto& candidate : question.candidates) {
    out.push_back(planned(candidate, question));
    const auto done =
        static_cast<double>(out.size()) / static_cast<double>(question.candidates.size());
    if (progress && !progress(done)) {
      return core::failure({{{}, "the plan was stopped", {}}});
    }
  }
  std::stable_sort(out.begin(), out.end(), before);
  markFrontier(out);
  return out;
}

} // namespace einsight::explore

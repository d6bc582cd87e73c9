#include "explore/serving_planner.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "explore/sweep/values.hpp"

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
  for (const auto& [key, value] : map.entries) {
    if (key.scalar == "trace") {
      request.workloadNames["trace"] = resolved(value.scalar, file);
    } else if (const auto number = sweep::readValues(value, problems); number.size() == 1) {
      request.workloadSettings[key.scalar] = number.front();
    } else if (!number.empty()) {
      config::report(value, "a load has one value of each", "write one number", problems);
    }
  }
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
  const auto machine = resolved(reader.text("machine").value_or(""), question.file);
  auto mappings = reader.textListIf("mappings");
  if (mappings.empty()) {
    mappings.emplace_back(); // the catalogue's first that fits
  }
  const auto sets = combinations(reader.mapIf("set"), problems);
  reader.finish();
  for (const auto& mapping : mappings) {
    for (const auto& set : sets) {
      Candidate candidate{load, {}};
      candidate.request.workload = question.workload;
      candidate.request.machine = machine;
      candidate.request.mapping = mapping.empty() ? mapping : resolved(mapping, question.file);
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
  out.meets = (question.tbtSeconds <= 0 || out.serving->tbt.p99 <= question.tbtSeconds) &&
              (question.ttftSeconds <= 0 || out.serving->ttft.p99 <= question.ttftSeconds);
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

} // namespace

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
  return out;
}

} // namespace einsight::explore

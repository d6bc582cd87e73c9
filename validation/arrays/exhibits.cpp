#include "validation/arrays/exhibits.hpp"

#include <fmt/format.h>

namespace einsight::validation {
namespace {

Exhibit headlines(std::span<const ArrayRow> rows, std::span<const Outcome> outcomes,
                  const ArraySpec& spec, const std::vector<std::string>& engines) {
  Exhibit exhibit{"Headlines: means over models and lengths",
                  {"figure", "configuration", "lengths", "metric", "published"},
                  {},
                  {}};
  exhibit.columns.insert(exhibit.columns.end(), engines.begin(), engines.end());
  exhibit.columns.emplace_back("verdict");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    if (row.model != spec.meanModel) {
      continue;
    }
    std::vector<std::string> cells{row.figure, row.config, row.length, row.metric, row.valueText};
    auto verdict = Verdict::Within;
    for (std::size_t e = 0; e < engines.size(); ++e) {
      const auto& outcome = outcomes[i * engines.size() + e];
      cells.push_back(outcome.simulated ? fmt::format("{:.5g}", *outcome.simulated) : "-");
      verdict = outcome.verdict == Verdict::Within ? verdict : outcome.verdict;
    }
    cells.emplace_back(name(verdict));
    exhibit.rows.push_back(std::move(cells));
  }
  return exhibit;
}

/// Means over the suite's models and lengths of one quantity of the shipped designs.
class ShippedMeans {
public:
  ShippedMeans(const ArraySpec& spec, ArrayRuns& runs, const std::string& engine)
      : spec_(spec), runs_(runs), engine_(engine) {}

  std::string ratio(const Design& design, const Design& against, Rule::Take take, bool layer) {
    Rule rule;
    rule.take = take;
    rule.ratio = take == Rule::Take::Seconds ? Rule::Ratio::Speedup : Rule::Ratio::Relative;
    rule.layer = layer;
    const auto value =
        answer({&rule, &design, &against, spec_.models, spec_.lengths}, spec_, runs_, engine_);
    return value ? fmt::format("{:.3f}", *value) : "-";
  }

private:
  const ArraySpec& spec_;
  ArrayRuns& runs_;
  const std::string& engine_;
};

Exhibit shipped(const ArraySpec& spec, ArrayRuns& runs, const std::string& engine) {
  const auto& [baseName, base] = spec.sensible.front();
  Exhibit exhibit{fmt::format("The same designs as they are shipped ({} engine), relative to {}",
                              engine, baseName),
                  {"design", "speedup", "energy", "end-to-end speedup", "end-to-end energy"},
                  {},
                  spec.sensibleExplanations};
  ShippedMeans means(spec, runs, engine);
  for (const auto& [designName, design] : spec.sensible) {
    if (!design.layers.empty()) { // not the linear layers themselves
      exhibit.rows.push_back({designName, means.ratio(design, base, Rule::Take::Seconds, false),
                              means.ratio(design, base, Rule::Take::Energy, false),
                              means.ratio(design, base, Rule::Take::Seconds, true),
                              means.ratio(design, base, Rule::Take::Energy, true)});
    }
  }
  return exhibit;
}

} // namespace

std::vector<Exhibit> exhibits(std::span<const ArrayRow> rows, std::span<const Outcome> outcomes,
                              const ArraySpec& spec, ArrayRuns& runs, const SuiteOptions& options) {
  std::vector<Exhibit> all;
  auto means = headlines(rows, outcomes, spec, options.engines);
  if (!means.rows.empty()) {
    all.push_back(std::move(means));
  }
  if (!options.points && !spec.sensible.empty()) {
    all.push_back(shipped(spec, runs, options.engines.back()));
  }
  if (!spec.explanations.empty()) {
    all.push_back({"What the differences are", {}, {}, spec.explanations});
  }
  return all;
}

} // namespace einsight::validation

#include "validation/arrays/spec.hpp"

#include "config/reader.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::validation {
namespace {

using config::MapReader;
using config::Node;

constexpr std::int64_t kLongest = std::int64_t{1} << 40;
constexpr std::array<std::string_view, 10> kTakes{
    "seconds", "cycles", "busy_seconds", "port_seconds",       "bytes",
    "energy",  "area",   "utilization",  "einsum_utilization", "trips"};
constexpr std::array<std::string_view, 3> kRatios{"none", "speedup", "relative"};
constexpr std::array<std::string_view, 2> kEngines{"analytic", "cycle"};

template <std::size_t kSize>
int placeOf(const std::array<std::string_view, kSize>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? 0 : static_cast<int>(found - names.begin());
}

class SpecReader {
public:
  SpecReader(const std::filesystem::path& file, core::Problems& problems)
      : root_(file.parent_path().parent_path()), problems_(problems) {}

  ArraySpec read(const Node& node) {
    MapReader reader(node, problems_);
    spec_.name = reader.text("suite").value_or("");
    reader.text("summary");
    spec_.reference = root_ / reader.text("reference").value_or("");
    if (const auto* means = reader.map("means")) {
      readMeans(*means);
    }
    if (const auto* configs = reader.map("published")) {
      for (const auto& [key, value] : configs->entries) {
        spec_.published.emplace(key.scalar, readDesign(value));
      }
    }
    if (const auto* configs = reader.mapIf("sensible")) {
      for (const auto& [key, value] : configs->entries) {
        spec_.sensible.emplace_back(key.scalar, readDesign(value));
      }
    }
    if (const auto* classes = reader.map("classes")) {
      for (const auto& [key, value] : classes->entries) {
        spec_.classes.emplace(key.scalar, readClass(value));
      }
    }
    if (const auto* rules = reader.sequence("rows")) {
      for (const auto& item : rules->items) {
        spec_.rules.push_back(readRule(item));
      }
    }
    spec_.explanations = reader.textListIf("explanations");
    spec_.sensibleExplanations = reader.textListIf("sensible_explanations");
    reader.finish();
    return std::move(spec_);
  }

private:
  void readMeans(const Node& node) {
    MapReader reader(node, problems_);
    spec_.meanModel = reader.text("model").value_or("");
    spec_.models = reader.textListIf("models");
    if (const auto* lengths = reader.sequence("lengths")) {
      for (const auto& item : lengths->items) {
        spec_.lengths.push_back(config::integer(item, problems_, 1, kLongest).value_or(1));
      }
    }
    reader.finish();
  }

  std::string located(const std::optional<std::string>& name) const {
    const auto text = name.value_or("");
    return text.find('/') == std::string::npos ? text : (root_ / text).string();
  }

  Design readDesign(const Node& node) {
    Design design;
    MapReader reader(node, problems_);
    design.workload = reader.text("workload").value_or("");
    design.machine = located(reader.text("machine"));
    design.mapping = located(reader.text("mapping"));
    design.layers = reader.textOr("layers", "").value_or("");
    if (const auto* settings = reader.mapIf("machine_settings")) {
      for (const auto& [key, value] : settings->entries) {
        if (auto expression = config::expression(value, problems_)) {
          design.machineSettings.emplace(key.scalar, std::move(*expression));
        }
      }
    }
    reader.finish();
    return design;
  }

  Judgement readJudgement(const Node& node) {
    Judgement judgement;
    MapReader reader(node, problems_);
    judgement.reason = reader.textOr("reason", "").value_or("");
    if (const auto* steps = reader.map("within")) {
      for (const auto& [from, within] : steps->entries) {
        judgement.tolerances.push_back({config::integer(from, problems_, 0, kLongest).value_or(0),
                                        config::real(within, problems_).value_or(0)});
      }
      if (steps->entries.empty()) {
        reader.problem("within", "a tolerance is missing", "such as {0: 0.01}");
      }
    }
    reader.finish();
    return judgement;
  }

  RowClass readClass(const Node& node) {
    RowClass out;
    MapReader reader(node, problems_);
    out.reason = reader.textOr("reason", "").value_or("");
    for (const auto engine : kEngines) {
      if (const auto* judgement = reader.mapIf(engine)) {
        out.judgements.emplace(engine, readJudgement(*judgement));
      }
    }
    out.compared = !out.judgements.empty();
    if (!out.compared && out.reason.empty()) {
      reader.problem("", "rows that are not compared need a reason", {});
    }
    reader.finish();
    return out;
  }

  Rule readRule(const Node& node) {
    Rule rule;
    MapReader reader(node, problems_);
    rule.figures = reader.textListIf("figure");
    rule.metrics = reader.textListIf("metric");
    rule.take =
        static_cast<Rule::Take>(placeOf(kTakes, reader.oneOf("take", kTakes).value_or("seconds")));
    rule.of = reader.textListIf("of");
    rule.ratio = static_cast<Rule::Ratio>(
        placeOf(kRatios, reader.oneOfOr("ratio", kRatios, "none").value_or("none")));
    rule.against = reader.textOr("against", "").value_or("");
    rule.layer = reader.booleanOr("layer", false).value_or(false);
    rule.scale = reader.realOr("scale", 1).value_or(1);
    rule.rounded = reader.booleanOr("rounded", false).value_or(false);
    rule.rowClass = reader.text("class").value_or("");
    if (!rule.rowClass.empty() && spec_.classes.count(rule.rowClass) == 0) {
      std::vector<std::string> known;
      for (const auto& [name, unused] : spec_.classes) {
        known.push_back(name);
      }
      reader.problem("class", fmt::format("there is no class '{}'", rule.rowClass),
                     core::suggestion(rule.rowClass, known));
    }
    reader.finish();
    return rule;
  }

  std::filesystem::path root_;
  core::Problems& problems_;
  ArraySpec spec_;
};

} // namespace

double Judgement::tolerance(std::int64_t length) const {
  double within = tolerances.front().within;
  for (const auto& step : tolerances) {
    within = step.from <= length ? step.within : within;
  }
  return within;
}

bool Rule::fits(const std::string& figure, const std::string& metric) const {
  const auto among = [](const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  };
  return (figures.empty() || among(figures, figure)) && among(metrics, metric);
}

const Design* ArraySpec::layersOf(const Design& design) const {
  const auto found = published.find(design.layers);
  if (found != published.end()) {
    return &found->second;
  }
  const auto other = std::find_if(sensible.begin(), sensible.end(),
                                  [&](const auto& named) { return named.first == design.layers; });
  return other == sensible.end() ? nullptr : &other->second;
}

core::Expected<ArraySpec> readArraySpec(const std::filesystem::path& file) {
  const auto document = config::load(file);
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  auto spec = SpecReader(file, problems).read(*document);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return spec;
}

} // namespace einsight::validation

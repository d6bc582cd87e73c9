#include "core/format.hpp"
#include "validation/suite_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

namespace einsight::validation {
namespace {

using report::Style;
using report::Table;

constexpr std::size_t kWorst = 5;

constexpr double kRounding = 1e-12; // of double arithmetic: as good as equal

std::string percent(double fraction) {
  return fraction < kRounding ? std::string("0") : core::formatDifference(fraction);
}

/// Points of one group and metric.
struct Group {
  std::string name, metric;
  std::vector<Outcome> outcomes;
};

std::vector<Group> groupsOf(const SuiteResult& result) {
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const auto& outcome : result.points) {
    const auto [place, added] =
        places.emplace(std::pair(outcome.group, outcome.metric), groups.size());
    if (added) {
      groups.push_back({outcome.group, outcome.metric, {}});
    }
    groups[place->second].outcomes.push_back(outcome);
  }
  return groups;
}

/// Engines with an error to show; of a suite without any, all. Empty: no engine, what is counted.
std::vector<std::string> enginesOf(const SuiteResult& result) {
  const bool any = std::any_of(result.points.begin(), result.points.end(),
                               [](const Outcome& each) { return each.relativeError.has_value(); });
  std::vector<std::string> engines;
  for (const auto& outcome : result.points) {
    if ((outcome.relativeError || !any) &&
        std::find(engines.begin(), engines.end(), outcome.engine) == engines.end()) {
      engines.push_back(outcome.engine);
    }
  }
  return engines;
}

/// Different points, whichever engines simulated them: an engine's name may end an id.
std::size_t pointsOf(const Group& group) {
  std::set<std::string_view> ids;
  for (const auto& outcome : group.outcomes) {
    std::string_view id = outcome.id;
    if (!outcome.engine.empty() && id.ends_with("/" + outcome.engine)) {
      id.remove_suffix(outcome.engine.size() + 1);
    }
    ids.insert(id);
  }
  return ids.size();
}

/// Errors of all points that have one, judged or not.
struct Errors {
  int count = 0;
  double sum = 0, most = 0, allowed = 0;
};

Errors errorsOf(const Group& group, const std::string& engine) {
  Errors errors;
  for (const auto& outcome : group.outcomes) {
    if (outcome.engine != engine || !outcome.relativeError) {
      continue;
    }
    const double error = std::abs(*outcome.relativeError);
    ++errors.count;
    errors.sum += error;
    errors.most = std::max(errors.most, error);
    errors.allowed = std::max(errors.allowed, outcome.tolerance);
  }
  return errors;
}

std::string verdictOf(const Summary& summary, const Style& style) {
  if (summary.outside > 0) {
    return report::red(fmt::format("{} outside", summary.outside), style);
  }
  if (summary.known > 0) {
    return report::yellow(
        fmt::format("{} known {}", summary.known, summary.known == 1 ? "miss" : "misses"), style);
  }
  if (summary.notCovered > 0) {
    return report::yellow(fmt::format("{} not covered", summary.notCovered), style);
  }
  return summary.informative == summary.count ? "informative" : report::green("within", style);
}

std::string groupTable(const SuiteResult& result, const Style& style) {
  const auto engines = enginesOf(result);
  std::vector<Table::Column> columns{
      {"configuration", Table::Align::Left}, {"metric", Table::Align::Left}, {"points"}};
  for (const auto& engine : engines) {
    const std::string prefix = engine.empty() ? "counted" : engine;
    columns.insert(columns.end(), {{prefix + " mean"}, {"max"}, {"allowed"}});
  }
  columns.push_back({"verdict", Table::Align::Left});
  Table table(columns);
  for (const auto& group : groupsOf(result)) {
    std::vector<std::string> cells{group.name, group.metric, fmt::format("{}", pointsOf(group))};
    for (const auto& engine : engines) {
      const auto errors = errorsOf(group, engine);
      const bool any = errors.count > 0;
      cells.push_back(any ? percent(errors.sum / errors.count) : "-");
      cells.push_back(any ? percent(errors.most) : "-");
      cells.push_back(errors.allowed > 0 ? percent(errors.allowed) : "-");
    }
    cells.push_back(verdictOf(summarize(group.outcomes), style));
    table.row(std::move(cells));
  }
  return table.render(style);
}

/// The points with the largest errors relative to what is allowed, and those not covered.
std::string worstPoints(const SuiteResult& result, const Style& style) {
  std::vector<const Outcome*> judged;
  for (const auto& outcome : result.points) {
    if (isCompared(outcome)) {
      judged.push_back(&outcome);
    }
  }
  const auto badness = [](const Outcome& outcome) {
    return std::pair(outcome.verdict == Verdict::Outside, std::abs(*outcome.relativeError));
  };
  std::stable_sort(judged.begin(), judged.end(),
                   [&](const Outcome* a, const Outcome* b) { return badness(*a) > badness(*b); });
  judged.resize(std::min(judged.size(), kWorst));
  std::string out;
  for (const auto* outcome : judged) {
    // A mean over points is judged without a number of its own.
    const auto published =
        outcome->reference ? fmt::format(", published {:.6g}", *outcome->reference) : std::string();
    out += fmt::format("  {}: {:.6g}{} ({}{}, {} allowed){}\n", outcome->id, *outcome->simulated,
                       published, *outcome->relativeError < 0 ? "" : "+",
                       core::formatDifference(*outcome->relativeError), percent(outcome->tolerance),
                       outcome->reason.empty() ? "" : "\n    " + outcome->reason);
  }
  return out.empty() ? out : "\n" + report::bold("Worst points", style) + "\n" + out;
}

/// Every reason for which points are not judged, with how many there are.
std::string notJudged(const SuiteResult& result, const Style& style) {
  std::map<std::pair<Verdict, std::string>, std::pair<int, std::string>> reasons;
  for (const auto& outcome : result.points) {
    if (outcome.verdict == Verdict::Informative || outcome.verdict == Verdict::NotCovered) {
      auto& [count, example] = reasons[{outcome.verdict, outcome.reason}];
      example = count++ == 0 ? outcome.id : example;
    }
  }
  std::string out;
  for (const auto& [key, value] : reasons) {
    out += fmt::format("  {} {}, as {}:\n    {}\n", value.first, name(key.first), value.second,
                       key.second);
  }
  return out.empty() ? out : "\n" + report::bold("Points that are not judged", style) + "\n" + out;
}

/// What was simulated without a number to compare it with.
std::string predictions(const SuiteResult& result, const Style& style) {
  std::string out;
  for (const auto& outcome : result.points) {
    if (outcome.simulated && !outcome.reference && !outcome.relativeError) {
      out += fmt::format("  {}: {:.6g}\n", outcome.id, *outcome.simulated);
    }
  }
  return out.empty() ? out : "\n" + report::bold("Predictions", style) + "\n" + out;
}

std::string exhibitText(const Exhibit& exhibit, const Style& style) {
  std::string out = "\n" + report::bold(exhibit.title, style) + "\n";
  std::vector<Table::Column> columns;
  for (std::size_t i = 0; i < exhibit.columns.size(); ++i) {
    const bool text = i == 0 || !std::all_of(exhibit.rows.begin(), exhibit.rows.end(),
                                             [i](const std::vector<std::string>& row) {
                                               return row[i] == "-" || row[i].empty() ||
                                                      std::isdigit(row[i].front()) != 0;
                                             });
    columns.push_back({exhibit.columns[i], text ? Table::Align::Left : Table::Align::Right});
  }
  Table table(columns);
  for (const auto& row : exhibit.rows) {
    table.row(row);
  }
  out += table.empty() ? "" : table.render(style);
  for (const auto& sentence : exhibit.sentences) {
    out += "  " + sentence + "\n";
  }
  return out;
}

std::string summaryText(const SuiteResult& result, const Style& style) {
  const auto& summary = result.summary;
  const int judged = summary.count - summary.informative - summary.notCovered;
  auto out =
      fmt::format("\n{}: {} points, {} compared ({}{} outside), {} informative, {} not covered; "
                  "mean error {}, max {}",
                  result.name, summary.count, judged,
                  summary.known > 0 ? fmt::format("{} known to miss, ", summary.known) : "",
                  summary.outside, summary.informative, summary.notCovered,
                  percent(summary.meanAbsoluteError), percent(summary.maxAbsoluteError));
  if (summary.kendallTau) {
    out += fmt::format(", Kendall tau {:.3f}", *summary.kendallTau);
  }
  return out + ": " +
         (judged == 0 && result.passed ? "nothing was compared"
          : result.passed              ? report::green("passed", style)
                                       : report::red("failed", style)) +
         "\n";
}

} // namespace

std::string text(const SuiteResult& result, const Style& style) {
  std::string out = report::bold("Suite " + result.name, style) + "\n\n";
  out += groupTable(result, style) + worstPoints(result, style) + predictions(result, style) +
         notJudged(result, style);
  for (const auto& exhibit : result.exhibits) {
    out += exhibitText(exhibit, style);
  }
  return out + summaryText(result, style);
}

} // namespace einsight::validation

#include "validation/gna/exhibits.hpp"

#include "mappings/gna/strides.hpp"
#include "validation/compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace einsight::validation {
namespace {

namespace gna = mappings::gna;

/// A mask in its tiles with the strides that were published for it, in their order, and ours.
struct Sweep {
  gna::Question question;
  std::vector<std::string> published, ours;

  [[nodiscard]] std::string name() const {
    return fmt::format("{} window {} tiles {}/{}", gna::toText(question.layout()),
                       gna::toText(question.window()), gna::toText(question.qTile),
                       gna::toText(question.kvTile));
  }
  /// Strides of ours that were published, less those that were not.
  [[nodiscard]] std::int64_t agreement() const {
    std::int64_t score = 0;
    for (const auto& stride : ours) {
      const bool common = std::find(published.begin(), published.end(), stride) != published.end();
      score += common ? 1 : -1;
    }
    return score;
  }
};

std::vector<Sweep> sweepsOf(const std::vector<GnaRow>& rows, const GnaSpec& spec) {
  std::vector<Sweep> sweeps;
  for (const auto& row : rows) {
    if (row.metric != spec.sweepMetric || !row.question.mask || !row.listed) {
      continue;
    }
    auto question =
        gna::withStride(*row.question.mask, gna::Shape(row.question.mask->axes.size(), 1));
    auto found = std::find_if(sweeps.begin(), sweeps.end(), [&](const Sweep& sweep) {
      return sweep.question.axes == question.axes && sweep.question.qTile == question.qTile &&
             sweep.question.kvTile == question.kvTile;
    });
    if (found == sweeps.end()) {
      sweeps.push_back({std::move(question), {}, {}});
      found = sweeps.end() - 1;
    }
    if (std::find(found->published.begin(), found->published.end(), row.stride) ==
        found->published.end()) {
      found->published.push_back(row.stride);
    }
  }
  for (auto& sweep : sweeps) {
    const auto bounds = gna::sweepStrides(sweep.question);
    for (std::size_t i = 0; bounds && i < bounds->size(); ++i) {
      sweep.ours.push_back(gna::toText((*bounds)[i].stride));
    }
  }
  return sweeps;
}

std::vector<GnaPredicted> ofClass(const std::vector<GnaPredicted>& predicted,
                                  const std::string& name) {
  std::vector<GnaPredicted> out;
  std::copy_if(predicted.begin(), predicted.end(), std::back_inserter(out),
               [&](const GnaPredicted& point) { return point.rowClass == name; });
  return out;
}

/// Verdict Within, so that summarize() takes them.
std::vector<Outcome> outcomesOf(const std::vector<GnaPredicted>& points) {
  std::vector<Outcome> out;
  for (const auto& point : points) {
    out.push_back(point.outcome);
    out.back().verdict = Verdict::Within;
  }
  return out;
}

/// Those with a bound, the bound in place of what was predicted.
std::vector<Outcome> boundsOf(const std::vector<GnaPredicted>& points) {
  std::vector<Outcome> out;
  for (const auto& point : points) {
    if (point.bound) {
      out.push_back(point.outcome);
      out.back().verdict = Verdict::Within;
      out.back().simulated = point.bound;
      out.back().relativeError = relativeError(*point.bound, *point.outcome.reference);
    }
  }
  return out;
}

} // namespace

std::vector<Outcome> sweepOutcomes(const std::vector<GnaRow>& rows, const GnaSpec& spec) {
  std::vector<Outcome> outcomes;
  for (const auto& sweep : sweepsOf(rows, spec)) {
    Outcome out;
    out.id = "sweep/" + sweep.name();
    out.group = "stride sweeps";
    out.metric = "strides in the sweep";
    out.reference = static_cast<double>(sweep.published.size());
    out.simulated = static_cast<double>(sweep.agreement());
    out.relativeError = relativeError(*out.simulated, *out.reference);
    out.verdict = *out.relativeError == 0 ? Verdict::Within : Verdict::Outside;
    outcomes.push_back(std::move(out));
  }
  return outcomes;
}

Exhibit sweepExhibit(const std::vector<GnaRow>& rows, const GnaSpec& spec) {
  Exhibit exhibit{"Stride sweeps", {"mask", "published strides", "ours"}, {}, {}};
  for (const auto& sweep : sweepsOf(rows, spec)) {
    exhibit.rows.push_back({sweep.name(), fmt::format("{}", fmt::join(sweep.published, " ")),
                            sweep.ours == sweep.published
                                ? std::string("the same")
                                : fmt::format("{}", fmt::join(sweep.ours, " "))});
  }
  return exhibit;
}

std::vector<Outcome> classOutcomes(const std::vector<GnaPredicted>& predicted,
                                   const GnaSpec& spec) {
  std::vector<Outcome> outcomes;
  for (const auto& [name, rowClass] : spec.classes) {
    const auto points = ofClass(predicted, name);
    if (!rowClass.mean || points.empty()) {
      continue;
    }
    const auto ours = summarize(outcomesOf(points)).meanAbsoluteError;
    const auto bounds = summarize(boundsOf(points)).meanAbsoluteError;
    Outcome out;
    out.id = "mean/" + name;
    out.group = "predicted times";
    out.metric = "mean error, " + name;
    out.simulated = out.relativeError = ours;
    out.tolerance = *rowClass.mean;
    const bool closer = ours < bounds;
    out.verdict = ours <= *rowClass.mean && closer ? Verdict::Within : Verdict::Outside;
    out.reason = fmt::format("{} rows; bounds by tiles are off by {:.1f}% in the mean",
                             points.size(), 100 * bounds);
    outcomes.push_back(std::move(out));
  }
  return outcomes;
}

Exhibit timesExhibit(const std::vector<GnaPredicted>& predicted) {
  std::map<std::string, std::map<std::string, std::vector<GnaPredicted>>> classes;
  for (const auto& point : predicted) {
    classes[point.rowClass][point.outcome.metric].push_back(point);
  }
  Exhibit exhibit{
      "Predicted times beside measurements",
      {"class", "metric", "points", "mean error", "largest", "tau", "bound's error", "bound's tau"},
      {},
      {"the bound counts tiles of the worst tile of queries, over the predicted time of "
       "self attention where the metric is a time"}};
  const auto percent = [](double share) { return fmt::format("{:.1f}%", 100 * share); };
  const auto tau = [](const Summary& summary) {
    return summary.kendallTau ? fmt::format("{:.2f}", *summary.kendallTau) : std::string("-");
  };
  for (const auto& [name, metrics] : classes) {
    for (const auto& [metric, points] : metrics) {
      const auto ours = summarize(outcomesOf(points));
      const auto others = boundsOf(points);
      const auto bounds = summarize(others);
      exhibit.rows.push_back({name, metric, fmt::format("{}", points.size()),
                              percent(ours.meanAbsoluteError), percent(ours.maxAbsoluteError),
                              tau(ours), others.empty() ? "-" : percent(bounds.meanAbsoluteError),
                              tau(bounds)});
    }
  }
  return exhibit;
}

} // namespace einsight::validation

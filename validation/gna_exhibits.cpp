#include "validation/gna_exhibits.hpp"

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

Exhibit boundsExhibit(const std::vector<Outcome>& outcomes) {
  std::map<std::string, std::vector<Outcome>> metrics;
  for (auto outcome : outcomes) {
    if (outcome.verdict == Verdict::Informative && outcome.reference && outcome.simulated) {
      outcome.verdict = Verdict::Within; // so that summarize() takes it
      metrics[outcome.metric].push_back(std::move(outcome));
    }
  }
  Exhibit exhibit{
      "Bounds beside measurements",
      {"metric", "points", "mean distance", "largest", "Kendall tau"},
      {},
      {"a bound leaves out launch, waves of tiles and the cost of masks: these distances "
       "are what a model of time has to explain"}};
  for (const auto& [metric, points] : metrics) {
    const auto summary = summarize(points);
    exhibit.rows.push_back({metric, fmt::format("{}", summary.count),
                            fmt::format("{:.1f}%", 100 * summary.meanAbsoluteError),
                            fmt::format("{:.1f}%", 100 * summary.maxAbsoluteError),
                            summary.kendallTau ? fmt::format("{:.2f}", *summary.kendallTau) : "-"});
  }
  return exhibit;
}

} // namespace einsight::validation

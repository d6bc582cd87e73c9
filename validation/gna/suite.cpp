#include "validation/gna/suite.hpp"

#include "validation/compare.hpp"
#include "validation/gna/exhibits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace einsight::validation {
namespace {

namespace gna = mappings::gna;

class SuiteRun {
public:
  SuiteRun(const GnaSpec& spec, const SuiteOptions& options) : spec_(spec), options_(options) {}

  core::Expected<SuiteResult> run() {
    result_.name = "gna";
    const auto& own = options_.points;
    const bool ownOracle = own && isGnaOracle(*own);
    auto problems =
        !own || ownOracle ? compareOracle(own.value_or(spec_.oracle)) : core::Problems{};
    if (problems.empty() && !ownOracle) {
      problems = comparePublished(own.value_or(spec_.published));
    }
    if (!problems.empty()) {
      return core::failure(std::move(problems));
    }
    result_.summary = summarize(result_.points);
    result_.passed = result_.summary.outside == 0 && (own || (allRulesKnown_ && allMeansKnown_));
    return std::move(result_);
  }

private:
  bool goOn(double fraction) const { return !options_.progress || options_.progress(fraction); }

  core::Problems compareOracle(const std::filesystem::path& file) {
    const auto rows = readGnaOracle(file, spec_);
    if (!rows) {
      return rows.error();
    }
    for (std::size_t i = 0; i < rows->size(); ++i) {
      addOracleRow((*rows)[i]);
      if (!goOn(static_cast<double>(i) / static_cast<double>(rows->size()))) {
        return {{{}, "stopped", {}}};
      }
    }
    return {};
  }

  void addOracleRow(const GnaOracleRow& row) {
    auto tally = row.question.and_then(
        [](const gna::Question& question) -> tl::expected<gna::Tally, std::string> {
          auto found = gna::tally(question);
          return found ? tl::expected<gna::Tally, std::string>(*found)
                       : tl::unexpected(found.error().front().what);
        });
    for (const auto& column : spec_.counts) {
      addCount(row, tally, column, 0);
    }
    for (const auto& column : spec_.ratios) {
      addCount(row, tally, column, spec_.ratioTolerance);
    }
  }

  void addCount(const GnaOracleRow& row, const tl::expected<gna::Tally, std::string>& tally,
                const std::string& column, double tolerance) {
    const auto& cell = row.row[column];
    if (cell.empty()) { // counts of the kernels' own header, which only some tilings have
      return;
    }
    Outcome out;
    out.id = fmt::format("oracle/{}/{}", row.row["id"], column);
    out.group = "oracle: " + row.row["group"];
    out.metric = column;
    out.reference = std::strtod(cell.c_str(), nullptr);
    if (!tally) {
      out.reason = tally.error();
    } else {
      out.simulated = tallyQuantity(*tally, column);
      judge(out, options_.tolerance.value_or(tolerance), *out.simulated);
    }
    result_.points.push_back(std::move(out));
  }

  /// A predicted number; judged by the mean over its class.
  void predict(const GnaRow& row, Outcome& out) {
    const auto found = row.noRun.empty() ? times_.quantity(row.run, row.question, row.rule->take)
                                         : tl::unexpected(row.noRun);
    if (!found) {
      out.reason = found.error();
      return;
    }
    const auto& rowClass = spec_.classes.at(row.rule->rowClass);
    out.engine = "cycle";
    out.simulated = found->value;
    out.verdict = Verdict::Informative;
    out.reason = out.reference ? rowClass.reason : "no reference: a prediction";
    if (out.reference) {
      out.relativeError = relativeError(found->value, *out.reference);
      predicted_.push_back({row.rule->rowClass, out, found->bound});
    }
  }

  core::Problems comparePublished(const std::filesystem::path& file) {
    const auto rows = readGnaRows(file, spec_);
    if (!rows) {
      return rows.error();
    }
    for (const auto& row : *rows) {
      result_.points.push_back(published(row));
    }
    if (!options_.points) { // a user's own rows need not be whole sweeps
      for (auto& outcome : sweepOutcomes(*rows, spec_)) {
        result_.points.push_back(std::move(outcome));
      }
      result_.exhibits.push_back(sweepExhibit(*rows, spec_));
    }
    auto means = classOutcomes(predicted_, spec_);
    const auto judged = std::count_if(spec_.classes.begin(), spec_.classes.end(),
                                      [](const auto& each) { return each.second.mean; });
    allMeansKnown_ = means.size() == static_cast<std::size_t>(judged);
    for (auto& outcome : means) {
      result_.points.push_back(std::move(outcome));
    }
    result_.exhibits.push_back(timesExhibit(predicted_));
    return {};
  }

  Outcome published(const GnaRow& row) {
    Outcome out;
    out.id = fmt::format("published/{}", row.id);
    out.group = row.hardware.empty() ? "published" : "published: " + row.hardware;
    out.metric = row.metric;
    out.reference = row.value;
    if (row.rule == nullptr) {
      allRulesKnown_ = false;
      out.reason = "the suite does not know this metric";
      return out;
    }
    if (!row.rule->notCovered.empty()) {
      out.reason = row.rule->notCovered;
      return out;
    }
    if (isTimeQuantity(row.rule->take)) {
      predict(row, out);
      return out;
    }
    const auto value = publishedQuantity(row.question, row.rule->take);
    if (!value) {
      out.reason = row.noMask.empty() ? value.error() : row.noMask;
      return out;
    }
    out.simulated = *value;
    const auto& rowClass = spec_.classes.at(row.rule->rowClass);
    out.reason = rowClass.reason;
    out.verdict = Verdict::Informative;
    if (!out.reference) {
      out.reason = "no reference: a prediction";
      return out;
    }
    const double shown = rowClass.rounded ? roundedLike(*value, row.valueText) : *value;
    if (rowClass.tolerance) {
      judge(out, options_.tolerance.value_or(*rowClass.tolerance), shown);
    } else {
      out.relativeError = relativeError(shown, *out.reference);
    }
    return out;
  }

  static void judge(Outcome& out, double tolerance, double shown) {
    out.relativeError = relativeError(shown, *out.reference);
    out.tolerance = tolerance;
    out.verdict = std::abs(*out.relativeError) <= tolerance ? Verdict::Within : Verdict::Outside;
  }

  const GnaSpec& spec_;
  const SuiteOptions& options_;
  SuiteResult result_;
  bool allRulesKnown_ = true;
  bool allMeansKnown_ = true; ///< every class with a limit on its mean had rows that were predicted
  GnaTimes times_{spec_};
  std::vector<GnaPredicted> predicted_;
};

} // namespace

core::Expected<SuiteResult> runGnaSuite(const std::filesystem::path& specification,
                                        const SuiteOptions& options) {
  const auto spec = readGnaSpec(specification);
  if (!spec) {
    return core::failure(spec.error());
  }
  return SuiteRun(*spec, options).run();
}

} // namespace einsight::validation

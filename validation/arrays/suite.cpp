#include "validation/arrays/suite.hpp"

#include "validation/arrays/exhibits.hpp"
#include "validation/arrays/rows.hpp"
#include "validation/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::validation {
namespace {

class SuiteRun {
public:
  SuiteRun(const ArraySpec& spec, const SuiteOptions& options)
      : spec_(spec), options_(options), runs_([this] { return goOn(); }) {}

  core::Expected<SuiteResult> run(const std::vector<ArrayRow>& rows) {
    SuiteResult result;
    result.name = spec_.name;
    const auto steps = static_cast<double>(rows.size() * options_.engines.size());
    for (const auto& row : rows) {
      for (const auto& engine : options_.engines) {
        result.points.push_back(outcome(row, engine));
        fraction_ = static_cast<double>(result.points.size()) / steps;
        if (!goOn()) {
          return core::failure({{{}, "stopped", {}}});
        }
      }
    }
    result.summary = summarize(result.points);
    result.exhibits = exhibits(rows, result.points, spec_, runs_, options_);
    const bool complete = options_.points.has_value() || result.summary.notCovered == 0;
    result.passed = result.summary.outside == 0 && complete;
    return result;
  }

private:
  bool goOn() {
    stopped_ = stopped_ || (options_.progress && !options_.progress(fraction_));
    return !stopped_;
  }

  Outcome outcome(const ArrayRow& row, const std::string& engine) {
    Outcome out;
    out.id = fmt::format("{}/{}/{}/{}/{}/{}", row.figure, row.config, row.model, row.length,
                         row.metric, engine);
    out.group = row.config;
    out.metric = row.metric;
    out.engine = engine;
    out.reference = row.value;
    const auto value = row.question ? answer(*row.question, spec_, runs_, engine)
                                    : tl::unexpected(row.question.error());
    if (!value) {
      out.reason = value.error();
      return out;
    }
    out.simulated = *value;
    judge(row, out);
    return out;
  }

  void judge(const ArrayRow& row, Outcome& out) const {
    const auto& rule = *row.question->rule;
    const auto& rowClass = spec_.classes.at(rule.rowClass);
    out.verdict = Verdict::Informative;
    out.reason = rowClass.reason;
    if (!out.reference) {
      out.reason = "no reference: a prediction";
      return;
    }
    const double shown = rule.rounded ? roundedLike(*out.simulated, row.valueText) : *out.simulated;
    out.relativeError = relativeError(shown, *out.reference);
    const auto judgement = rowClass.judgements.find(out.engine);
    if (judgement == rowClass.judgements.end()) {
      return;
    }
    out.tolerance =
        options_.tolerance.value_or(judgement->second.tolerance(row.question->lengths.front()));
    const bool within = std::abs(*out.relativeError) <= out.tolerance;
    out.verdict = within ? Verdict::Within : Verdict::Outside;
    const auto& expected = judgement->second.reason;
    out.reason = within || expected.empty()
                     ? expected
                     : "outside its tolerance, which allows for: " + expected;
  }

  const ArraySpec& spec_;
  const SuiteOptions& options_;
  ArrayRuns runs_;
  double fraction_ = 0;
  bool stopped_ = false;
};

} // namespace

core::Expected<SuiteResult> runArraySuite(const std::filesystem::path& specification,
                                          const SuiteOptions& options) {
  const auto spec = readArraySpec(specification);
  if (!spec) {
    return core::failure(spec.error());
  }
  const auto rows = readArrayRows(options.points.value_or(spec->reference), *spec);
  if (!rows) {
    return core::failure(rows.error());
  }
  return SuiteRun(*spec, options).run(*rows);
}

} // namespace einsight::validation

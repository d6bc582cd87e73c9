#include "validation/kernels/suite.hpp"

#include "validation/compare.hpp"
#include "validation/kernels/exhibits.hpp"
#include "validation/kernels/points.hpp"
#include "validation/kernels/runs.hpp"
#include "validation/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::validation {
namespace {

using Value = tl::expected<double, std::string>;

constexpr double kTera = 1e12, kGiga = 1e9, kMilli = 1e-3;

class SuiteRun {
public:
  SuiteRun(const KernelSpec& spec, const SuiteOptions& options)
      : spec_(spec), options_(options), engine_(engineOf(options)),
        runs_(spec, options.machineSettings, engine_) {}

  core::Expected<SuiteResult> run() {
    const auto rows =
        options_.points ? readOwnRows(*options_.points, spec_) : readKernelRows(spec_.published);
    if (!rows) {
      return core::failure(rows.error());
    }
    if (auto problems = notSettable(spec_, *rows, options_.machineSettings); !problems.empty()) {
      return core::failure(std::move(problems));
    }
    result_.name = spec_.name;
    for (std::size_t i = 0; i < rows->size(); ++i) {
      addRow((*rows)[i]);
      if (options_.progress &&
          !options_.progress(static_cast<double>(i) / static_cast<double>(rows->size()))) {
        return core::failure({{{}, "stopped", {}}});
      }
    }
    result_.summary = summarize(result_.points);
    result_.exhibits = {familyExhibit(families_, options_.points.has_value()),
                        systemExhibit(families_)};
    if (spec_.median) {
      result_.exhibits.insert(result_.exhibits.begin(), pointExhibit(result_.points));
    }
    const bool met = options_.tolerance ||
                     (std::all_of(families_.begin(), families_.end(), passes) && medianMet());
    result_.passed = result_.summary.outside == 0 && met &&
                     (options_.points || (allRulesKnown_ && allSimulated_));
    return std::move(result_);
  }

private:
  static std::string engineOf(const SuiteOptions& options) {
    const auto& engines = options.engines;
    return std::find(engines.begin(), engines.end(), "cycle") != engines.end() ? "cycle"
                                                                               : "analytic";
  }

  [[nodiscard]] bool medianMet() const {
    const auto median = medianError(result_.points);
    return !spec_.median || !median || *median <= *spec_.median;
  }

  void addRow(const KernelRow& row) {
    Outcome out;
    out.id = row.id;
    out.group = familyOf(row);
    out.metric = row.metric;
    out.engine = engine_;
    out.reference = row.value;
    const auto* rule = spec_.ruleOf(row);
    if (rule == nullptr) {
      allRulesKnown_ = false;
      out.reason = row.doubt.empty() ? "the suite does not know this metric" : row.doubt;
    } else if (!rule->notCovered.empty()) {
      out.reason = rule->notCovered + (row.doubt.empty() ? "" : "; " + row.doubt);
    } else if (!row.doubt.empty()) {
      out.reason = row.doubt;
    } else if (!row.type.empty() &&
               std::find(spec_.types.begin(), spec_.types.end(), row.type) == spec_.types.end()) {
      out.reason = fmt::format("operands of type {} are not simulated here", row.type);
    } else {
      compare(row, *rule, out);
    }
    result_.points.push_back(std::move(out));
  }

  void compare(const KernelRow& row, const KernelRule& rule, Outcome& out) {
    const auto value = valueFor(row, rule);
    if (!value) {
      out.reason = value.error();
      allSimulated_ = false;
      return;
    }
    out.simulated = *value;
    const auto& rules = spec_.classes.at(rule.rowClass);
    out.reason = options_.points && rules.tolerance ? std::string()
                 : rule.open.empty()                ? rules.reason
                                                    : rule.open;
    out.verdict = Verdict::Informative;
    out.fitted = rules.fitted && !options_.points;
    if (!out.reference) {
      out.reason = "no reference: a prediction";
      return;
    }
    out.relativeError = rule.take == "time_reduction"
                            ? relativeError(timeLeft(*value), timeLeft(*out.reference))
                            : relativeError(*value, *out.reference);
    if (engine_ == "cycle") {
      judge(rule, rules, out);
    } else {
      out.reason = "a bound: work over rates, without waiting";
    }
    addToFamily(row, rule, rules, out);
  }

  /// The share of the time that is left after a saving in percent. Savings are compared by it: of
  /// one that is next to nothing, a relative error says nothing.
  static double timeLeft(double percent) { return 1 - percent / 100; }

  /// The largest relative error of a row of this class.
  static std::optional<double> toleranceOf(const KernelRule& rule, const KernelClass& rules,
                                           double reference) {
    if (!rules.points || rule.take != "time_reduction") {
      return rules.tolerance;
    }
    const double missed = std::min(*rules.points, rules.ofSaving * std::abs(reference)) / 100;
    return missed / std::abs(timeLeft(reference));
  }

  void judge(const KernelRule& rule, const KernelClass& rules, Outcome& out) const {
    const auto ofClass = toleranceOf(rule, rules, *out.reference);
    const auto tolerance = options_.tolerance ? options_.tolerance : ofClass;
    if (!tolerance) {
      return;
    }
    const auto error = std::abs(*out.relativeError);
    out.tolerance = *tolerance;
    out.verdict = error <= *tolerance ? Verdict::Within : Verdict::Outside;
    if (out.verdict == Verdict::Within || options_.tolerance) {
      return;
    }
    for (const auto& known : spec_.known) {
      if (error <= known.tolerance && matches(out.id, known.id)) {
        out.tolerance = known.tolerance;
        out.verdict = Verdict::Known;
        out.reason = known.reason;
      }
    }
  }

  static std::string familyOf(const KernelRow& row) {
    auto name = row.system + ", " + row.hardware;
    if (const auto head = row.shape.find("head_dim"); head != row.shape.end()) {
      name += ", head dim " + head->second.toString();
    }
    name += row.mask.empty() ? "" : ", " + row.mask;
    return name + (isNamed(row.type) ? ", " + row.type : "");
  }

  /// Times of the point; a quantity that grows with speed counts as its inverse.
  void addToFamily(const KernelRow& row, const KernelRule& rule, const KernelClass& rules,
                   const Outcome& out) {
    const bool time = rule.take == "seconds" || rule.take == "milliseconds";
    const auto asTime = [&](double value) {
      if (rule.take == "time_reduction") {
        return timeLeft(value);
      }
      double work = 1; // of the simulation's own shape, so that times of a family can be ranked
      if (rule.take == "throughput") {
        work = flopsOf(row, rule).value_or(1) / kTera;
      }
      return time ? value : work / value;
    };
    const auto name = fmt::format("{}, {}", out.group, out.metric);
    auto found = std::find_if(families_.begin(), families_.end(),
                              [&](const auto& family) { return family.name == name; });
    if (found == families_.end()) {
      const auto system = fmt::format("{}, {}{}, {}", row.system, row.hardware,
                                      isNamed(row.type) ? ", " + row.type : "", row.metric);
      families_.push_back({name, system, &rules, {}, {}, {}});
      found = families_.end() - 1;
    }
    found->outcomes.push_back(out);
    found->published.push_back(asTime(*out.reference));
    found->simulated.push_back(asTime(*out.simulated));
  }

  Value flopsOf(const KernelRow& row, const KernelRule& rule) {
    const auto shapes = shapesOf(row, rule);
    return shapes ? runs_.flops({row.system, row.hardware, row.mask, rule.passes, shapes->front()})
                  : tl::unexpected(shapes.error());
  }

  Value valueFor(const KernelRow& row, const KernelRule& rule) {
    const auto shapes = shapesOf(row, rule);
    if (!shapes) {
      return tl::unexpected(shapes.error());
    }
    std::vector<double> values;
    for (const auto& shape : *shapes) {
      auto value = quantity(row, rule, shape);
      if (!value) {
        return value;
      }
      values.push_back(*value);
    }
    if (rule.combine == "max") {
      return *std::max_element(values.begin(), values.end());
    }
    if (rule.combine == "min") {
      return *std::min_element(values.begin(), values.end());
    }
    double sum = 0;
    for (const double value : values) {
      sum += value;
    }
    return sum / static_cast<double>(values.size());
  }

  Value quantity(const KernelRow& row, const KernelRule& rule, const KernelShape& shape) {
    KernelRuns::Request request{rule.of.empty() ? row.system : rule.of,
                                row.hardware,
                                row.mask,
                                rule.passes,
                                shape,
                                {},
                                rule.machine};
    auto seconds = runs_.seconds(request);
    if (!seconds) {
      return seconds;
    }
    if (rule.take == "seconds" || rule.take == "milliseconds") {
      return rule.times * *seconds / (rule.take == "seconds" ? 1 : kMilli);
    }
    if (rule.take == "throughput") {
      return runs_.flops(request).map([&](double flops) { return flops / *seconds / kTera; });
    }
    if (rule.take == "bandwidth") {
      return valueOf(rule.bytes.value_or(core::Expression()), shape)
          .map([&](const core::Rational& bytes) { return bytes.toDouble() / *seconds / kGiga; });
    }
    request.system = rule.against;
    if (!rule.againstPasses.empty()) {
      request.passes = rule.againstPasses;
    }
    auto other = runs_.seconds(request);
    if (!other) {
      return other;
    }
    return rule.take == "speedup" ? *other / *seconds : 100 * (1 - *seconds / *other);
  }

  const KernelSpec& spec_;
  const SuiteOptions& options_;
  std::string engine_;
  KernelRuns runs_;
  SuiteResult result_;
  std::vector<KernelFamily> families_;
  bool allRulesKnown_ = true, allSimulated_ = true;
};

} // namespace

core::Expected<SuiteResult> runKernelSuite(const std::filesystem::path& specification,
                                           const SuiteOptions& options) {
  const auto spec = readKernelSpec(specification);
  if (!spec) {
    return core::failure(spec.error());
  }
  return SuiteRun(*spec, options).run();
}

} // namespace einsight::validation

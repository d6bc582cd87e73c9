#include "validation/offload/serving.hpp"

#include "explore/serving/point.hpp"
#include "validation/compare.hpp"
#include "validation/offload/serving_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::validation::offload {
namespace {

using Judged = ServingRow::Judged;
using Value = tl::expected<double, std::string>;

constexpr int kDigits = 6; ///< of a number, as expressions see it

/// A number as a decimal fraction of few digits, so that sums of many stay exact.
core::Rational fractionOf(double value) {
  if (value == 0) {
    return {0};
  }
  const int scale = kDigits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value))));
  const auto digits = std::llround(value * std::pow(10.0, scale));
  std::int64_t power = 1;
  for (int i = 0; i < std::abs(scale); ++i) {
    power *= 10;
  }
  return scale >= 0 ? core::Rational(digits, power)
                    : core::Rational(digits) * core::Rational(power);
}

/// A name as expressions write it.
std::string plain(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char letter) { return letter == ' ' || letter == '.'; }, '_');
  return name;
}

class Evaluation {
public:
  explicit Evaluation(const ServingSpec& spec) : spec_(spec) {}

  /// The value of an expression over runs and values; or why there is none.
  Value valueOf(const core::Expression& expression) {
    std::string refused;
    const auto value = expression.evaluate([&](std::string_view name) {
      const auto found = look(std::string(name));
      if (!found) {
        refused = found.error();
      }
      return found ? std::optional(fractionOf(*found)) : std::nullopt;
    });
    if (!refused.empty()) {
      return tl::unexpected(refused);
    }
    return value ? Value(value->toDouble()) : tl::unexpected(value.error());
  }

private:
  Value look(const std::string& name) {
    if (const auto known = known_.find(name); known != known_.end()) {
      return known->second;
    }
    for (const auto& value : spec_.values) {
      if (value.name == name) {
        return known_.emplace(name, valueOf(value.expression)).first->second;
      }
    }
    const auto dot = name.find('.');
    const auto run = spec_.runs.find(name.substr(0, dot));
    if (dot == std::string::npos || run == spec_.runs.end()) {
      return tl::unexpected(fmt::format("unknown name '{}'", name));
    }
    const auto& result = resultOf(run->first, run->second);
    return result ? quantity(*result, name.substr(dot + 1))
                  : tl::unexpected(fmt::format("run {}: {}", run->first, result.error()));
  }

  using Result = tl::expected<results::Result, std::string>;

  const Result& resultOf(const std::string& name, const explore::PointRequest& request) {
    const auto found = results_.find(name);
    if (found != results_.end()) {
      return found->second;
    }
    const auto result = explore::prepareServing(request).and_then(
        [](const explore::ServingPoint& point) { return explore::run(point); });
    return results_
        .emplace(name, result ? Result(*result) : tl::unexpected(result.error().front().what))
        .first->second;
  }

  static Value quantity(const results::Result& result, const std::string& what) {
    const auto& serving = *result.serving;
    if (what == "tokens_per_s") {
      return serving.tokensPerSecond;
    }
    if (what == "tbt_s") {
      return serving.tbt.mean;
    }
    if (what == "batch") {
      return serving.meanBatch;
    }
    constexpr double kNanosecond = 1e-9;
    for (const auto& unit : result.units) {
      if (what == plain(unit.name) + ".busy_s") {
        return unit.busyCycles * kNanosecond;
      }
    }
    for (const auto& level : result.levels) {
      if (what == plain(level.name) + ".bytes") {
        return static_cast<double>(level.readBytes) + static_cast<double>(level.writeBytes);
      }
    }
    return tl::unexpected(fmt::format("a run has no '{}'", what));
  }

  const ServingSpec& spec_;
  std::map<std::string, Value> known_;
  std::map<std::string, Result> results_;
};

Outcome outcomeOf(const ServingRow& row, const Value& simulated, const SuiteOptions& options) {
  Outcome out;
  out.id = row.id;
  out.group = row.group;
  out.metric = row.metric;
  out.engine = "cycle";
  out.reference = row.reference;
  out.reason = row.reason;
  if (!simulated) {
    out.reason = simulated.error();
    return out;
  }
  out.simulated = *simulated;
  out.relativeError = relativeError(*simulated, row.reference);
  if (row.judged == Judged::AtMost) { // a bound that holds has no error
    out.relativeError = std::max(0.0, *out.relativeError);
  }
  out.tolerance = options.tolerance.value_or(row.tolerance);
  const bool within = std::abs(*out.relativeError) <= out.tolerance;
  out.verdict = row.judged == Judged::Informative ? Verdict::Informative
                : within                          ? Verdict::Within
                                                  : Verdict::Outside;
  return out;
}

Exhibit exhibitOf(const ServingTable& table, Evaluation& evaluation) {
  Exhibit exhibit{table.title, {""}, {}, {}};
  exhibit.columns.insert(exhibit.columns.end(), table.columns.begin(), table.columns.end());
  for (const auto& line : table.lines) {
    std::vector<std::string> cells{line.name};
    for (const auto& expression : line.values) {
      const auto value = evaluation.valueOf(expression);
      cells.push_back(value ? fmt::format("{:.4g}", *value) : value.error());
    }
    exhibit.rows.push_back(std::move(cells));
  }
  return exhibit;
}

} // namespace

core::Expected<Part> runServing(const std::filesystem::path& specification,
                                const SuiteOptions& options) {
  const auto spec = readServingSpec(specification);
  if (!spec) {
    return core::failure(spec.error());
  }
  const auto& engines = options.engines;
  if (std::find(engines.begin(), engines.end(), "cycle") == engines.end()) {
    return Part{};
  }
  Evaluation evaluation(*spec);
  Part part;
  for (const auto& row : spec->rows) {
    part.points.push_back(outcomeOf(row, evaluation.valueOf(row.simulated), options));
    const auto done =
        static_cast<double>(part.points.size()) / static_cast<double>(spec->rows.size());
    if (options.progress && !options.progress(done)) {
      return core::failure({{{}, "stopped", {}}});
    }
  }
  for (const auto& table : spec->tables) {
    part.exhibits.push_back(exhibitOf(table, evaluation));
  }
  return part;
}

core::Expected<Part> runServing(const SuiteOptions& options) {
  return runServing(validationFolder() / "offload" / "serving.yaml", options);
}

} // namespace einsight::validation::offload

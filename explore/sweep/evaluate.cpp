#include "explore/sweep/evaluate.hpp"

#include "explore/any_point.hpp"
#include "explore/sweep/reading.hpp"
#include "explore/sweep/worth.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::explore::sweep {
namespace {

constexpr int kDigits = 9; ///< of a number, as conditions see it
constexpr int kLargestPower = 18;

std::int64_t power(int exponent) {
  std::int64_t out = 1;
  for (int i = 0; i < exponent; ++i) {
    out *= 10;
  }
  return out;
}

/// A number as a fraction, to nine digits; empty where it is too large or too small for one.
std::optional<core::Rational> fractionOf(double value) {
  if (value == 0 || !std::isfinite(value)) {
    return value == 0 ? std::optional(core::Rational(0)) : std::nullopt;
  }
  const int scale = kDigits - 1 - static_cast<int>(std::floor(std::log10(std::abs(value))));
  if (scale < kDigits - kLargestPower || scale > kLargestPower) {
    return std::nullopt;
  }
  const auto digits = std::llround(value * std::pow(10.0, scale));
  return scale >= 0 ? core::Rational(digits, power(scale))
                    : core::Rational(digits) * core::Rational(power(-scale));
}

/// What a condition on results sees.
std::optional<core::Rational> lookUp(std::string_view name, const Assignment& assignment,
                                     const results::SweepRow& row, const results::Result& result) {
  if (const auto* value = valueOf(assignment, name)) {
    return value->number;
  }
  if (const auto column = results::columnOf(row, name)) {
    return fractionOf(*column);
  }
  for (const auto& unit : result.units) {
    if (name == unit.name + ".utilization") {
      return fractionOf(unit.utilization);
    }
  }
  if (const auto& serving = result.serving) {
    const bool second = !std::isnan(serving->tbt.p50); // else nobody waits for a second token
    for (const auto& [known, value] : {std::pair{"tbt_p50_s", second ? serving->tbt.p50 : 0},
                                       {"tbt_p99_s", second ? serving->tbt.p99 : 0},
                                       {"ttft_p50_s", serving->ttft.p50},
                                       {"ttft_p99_s", serving->ttft.p99},
                                       {"mean_batch", serving->meanBatch}}) {
      if (name == known) {
        return fractionOf(value);
      }
    }
  }
  for (const auto& level : result.levels) {
    if (name == level.name + ".read_bytes") {
      return core::Rational(level.readBytes);
    }
    if (name == level.name + ".write_bytes") {
      return core::Rational(level.writeBytes);
    }
  }
  return std::nullopt;
}

std::string pathOf(const Sweep& sweep, const Assignment& assignment, const char* name) {
  const auto* value = valueOf(assignment, name);
  return value == nullptr ? std::string() : resolved(value->text, sweep.file);
}

PointRequest requestOf(const Sweep& sweep, const Assignment& assignment) {
  PointRequest request;
  request.engine = sweep.engine;
  request.workload = pathOf(sweep, assignment, kWorkload);
  request.machine = pathOf(sweep, assignment, kMachine);
  request.mapping = pathOf(sweep, assignment, kMapping);
  if (auto trace = pathOf(sweep, assignment, kTrace); !trace.empty()) {
    request.workloadNames[kTrace] = std::move(trace);
  }
  for (const auto& [name, value] : assignment) {
    const auto dot = name.find('.');
    if (name.starts_with("arch.")) {
      request.machineSettings[name.substr(dot + 1)] = value->number;
    } else if (name.starts_with("mapping.")) {
      request.mappingSettings[name.substr(dot + 1)] = value->number;
    } else if (name != kWorkload && name != kMachine && name != kMapping && name != kTrace) {
      request.workloadSettings[name] = value->number;
    }
  }
  return request;
}

} // namespace

results::SweepRow rowAt(const Sweep& sweep, std::int64_t number, std::uint64_t place) {
  results::SweepRow row;
  row.number = number;
  row.engine = sweep.engine;
  for (const auto& [name, value] : assignmentAt(sweep, place)) {
    if (name == kWorkload) {
      row.workload = value->text;
    } else if (name == kMachine) {
      row.machine = value->text;
    } else if (name == kMapping) {
      row.mapping = value->text;
    } else {
      row.settings.emplace_back(name, value->text);
    }
  }
  return row;
}

void evaluate(const Sweep& sweep, std::uint64_t place, Inputs& inputs, results::SweepRow& row) {
  const auto assignment = assignmentAt(sweep, place);
  RunOptions options;
  options.engine = sweep.engine;
  results::Worth worth;
  const auto result = prepareAny(requestOf(sweep, assignment), inputs, sweep.prices)
                          .and_then([&](const AnyPoint& point) {
                            worth = worthOf(point, sweep.prices);
                            return run(point, options);
                          });
  if (!result) {
    results::refuse(row, result.error());
    return;
  }
  results::fill(row, *result, worth);
  const auto look = [&](std::string_view name) { return lookUp(name, assignment, row, *result); };
  row.meets = std::all_of(sweep.where.begin(), sweep.where.end(), [&](const Condition& condition) {
    const auto value = condition.expression.evaluate(look);
    return value && *value != core::Rational(0);
  });
}

} // namespace einsight::explore::sweep

#include "core/format.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::report {
namespace {

using results::Limit;
using results::Result;
using results::UnitUse;

constexpr double kNoticeable = 1.005; // less than half a percent is not worth a number
constexpr double kSmallShare = 0.005;
constexpr std::string_view kLaunch = "launch"; // of kernels: no unit

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  return out;
}

/// "array_2d works 97% of the time and waits 2.9% at barriers and 0.1% for data."
std::string whereTimeGoes(const UnitUse& unit, double cycles) {
  const auto& stalls = unit.stalls;
  std::vector<std::pair<double, std::string>> causes{
      {stalls.waitData, "for values still being computed"},
      {stalls.waitSpace, "for room in a buffer"},
      {stalls.waitSync, "at barriers"},
      {stalls.waitBandwidth, "for transfers"},
      {stalls.waitIssue, "while arithmetic is issued"}};
  std::stable_sort(causes.begin(), causes.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> waits;
  for (const auto& [spent, cause] : causes) {
    if (spent >= kSmallShare * cycles) {
      waits.push_back(core::formatPercent(spent / cycles) + " " + cause);
    }
  }
  auto out = fmt::format("{} works {} of the time", unit.name,
                         core::formatPercent(unit.busyCycles / cycles));
  if (!waits.empty()) {
    out += ", waits " + joined(waits);
  }
  if (stalls.idle >= kSmallShare * cycles) {
    out += fmt::format("{} has nothing to do for {}", waits.empty() ? " and" : ", and",
                       core::formatPercent(stalls.idle / cycles));
  }
  return out + ".";
}

std::string criticalPath(const Result& result) {
  std::vector<std::string> steps;
  for (const auto& step : result.criticalPath) {
    if (step.share >= kSmallShare) {
      steps.push_back(step.einsum + " " + core::formatPercent(step.share));
    }
  }
  return steps.empty() ? std::string() : "The critical path is " + joined(steps) + ".";
}

std::string gain(const Limit& limit) {
  return std::abs(limit.speedupIfDoubled - 1) < kNoticeable - 1
             ? fmt::format("{} nothing", limit.unit)
             : fmt::format("{} {:.2f}x", limit.unit, limit.speedupIfDoubled);
}

/// "launch takes 87.0% of the time: 70 us in which 10 kernels are launched …"
std::string launchSentence(const Result& result, const Limit& launch) {
  double seconds = 0;
  for (const auto& kernel : result.kernels) {
    seconds += kernel.launchSeconds;
  }
  return fmt::format("launch takes {} of the time: {} in which {} launched and no unit works.",
                     core::formatPercent(launch.utilization), core::formatSeconds(seconds),
                     result.kernels.size() == 1
                         ? std::string("one kernel is")
                         : fmt::format("{} kernels are", result.kernels.size()));
}

/// The unit or part with the highest utilization.
std::string busiestOf(const Result& result) {
  std::string name;
  double most = -1;
  const auto look = [&](const std::string& unit, double utilization) {
    if (utilization > most) {
      most = utilization;
      name = unit;
    }
  };
  for (const auto& unit : result.units) {
    look(unit.name, unit.utilization);
  }
  for (const auto& limit : result.limits) {
    look(limit.unit, limit.utilization);
  }
  return name;
}

std::string noneAlone(const Limit& most, const std::string& busiest) {
  const auto gain =
      most.speedupIfDoubled < kNoticeable
          ? std::string("none gains anything")
          : fmt::format("none gains more than {:.2f}x ({})", most.speedupIfDoubled, most.unit);
  return fmt::format("No unit limits this run alone: twice as fast, {}, as several hold each other "
                     "up. {} is the busiest.",
                     gain, busiest);
}

/// Of a part that is no unit with stalls of its own: the share of the time that it takes.
std::string shareSentence(const Result& result, const std::string& name) {
  for (const auto& limit : result.limits) {
    if (limit.unit == name && limit.utilization > 0) {
      return name == kLaunch ? launchSentence(result, limit)
                             : fmt::format("{} works {} of the time.", name,
                                           core::formatPercent(limit.utilization));
    }
  }
  return {};
}

} // namespace

std::string limitingSentences(const Result& result) {
  std::vector<std::string> lines;
  const auto most = std::max_element(
      result.limits.begin(), result.limits.end(),
      [](const Limit& a, const Limit& b) { return a.speedupIfDoubled < b.speedupIfDoubled; });
  std::string shown; // whose time is told; empty: every unit's
  if (most != result.limits.end()) {
    const bool alone = most->speedupIfDoubled >= kLimitingGain;
    shown = alone ? most->unit : busiestOf(result);
    lines.push_back(alone ? fmt::format("{} limits this run.", most->unit)
                          : noneAlone(*most, shown));
  }
  for (const auto& unit : result.units) {
    if (result.cycles && *result.cycles > 0 && (shown.empty() || unit.name == shown)) {
      lines.push_back(whereTimeGoes(unit, *result.cycles));
    }
  }
  const auto isShown = [&](const UnitUse& unit) { return unit.name == shown; };
  if (std::none_of(result.units.begin(), result.units.end(), isShown)) {
    if (auto share = shareSentence(result, shown); !share.empty()) {
      lines.push_back(std::move(share));
    }
  }
  if (auto path = criticalPath(result); !path.empty()) {
    lines.push_back(std::move(path));
  }
  std::vector<std::string> gains;
  for (const auto& limit : result.limits) {
    gains.push_back(gain(limit));
  }
  if (!gains.empty()) {
    lines.push_back("Twice as fast, each alone (simulated again): " + joined(gains) + ".");
  }
  std::string out;
  for (const auto& line : lines) {
    out += "  " + line + "\n";
  }
  return out;
}

} // namespace einsight::report

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

constexpr double kNoticeable = 1.005; // less than half a percent is not worth a sentence
constexpr double kSmallShare = 0.005;

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
      {stalls.waitBandwidth, "for transfers"}};
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

} // namespace

std::string limitingSentences(const Result& result) {
  std::vector<std::string> lines;
  const auto most = std::max_element(
      result.limits.begin(), result.limits.end(),
      [](const Limit& a, const Limit& b) { return a.speedupIfDoubled < b.speedupIfDoubled; });
  if (most != result.limits.end()) {
    if (most->speedupIfDoubled >= kNoticeable) {
      lines.push_back(fmt::format("{} limits this run.", most->unit));
    } else {
      lines.emplace_back("No unit limits this run alone: it takes more than one twice as fast to "
                         "gain half a percent.");
    }
  }
  for (const auto& unit : result.units) {
    const bool limiting = most == result.limits.end() || unit.name == most->unit;
    if (result.cycles && *result.cycles > 0 && limiting) {
      lines.push_back(whereTimeGoes(unit, *result.cycles));
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

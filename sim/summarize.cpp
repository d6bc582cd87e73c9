#include "einsum/analysis.hpp"
#include "sim/totals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace einsight::sim {
namespace {

constexpr Wide kLargest = std::numeric_limits<std::int64_t>::max();

std::int64_t narrow(Wide value) {
  return static_cast<std::int64_t>(value);
}

/// Whole units of a count, rounded to the nearest where it was counted in parts.
std::int64_t whole(const Counter& counter, Wide count) {
  return narrow((count + counter.parts / 2) / counter.parts);
}

double cyclesOf(const Schedule& schedule, Wide ticks) {
  return static_cast<double>(ticks) / static_cast<double>(schedule.ticksPerCycle);
}

/// In wholes: some counters count parts.
double shareOf(const Counter& counter, Wide count) {
  return static_cast<double>(count) / static_cast<double>(counter.parts);
}

core::Problems tooLarge(const Schedule& schedule, const Totals& totals) {
  core::Problems problems;
  for (std::size_t i = 0; i < totals.counters.size(); ++i) {
    if (totals.counters[i] > kLargest) {
      const auto& counter = schedule.counters[i];
      problems.push_back({{},
                          fmt::format("the number of '{}' of {} does not fit 64 bits: the workload "
                                      "is too large to be counted exactly",
                                      counter.what, counter.component),
                          {}});
    }
  }
  return problems;
}

results::Stalls stallsOf(const Schedule& schedule, const Totals::Use& use) {
  const auto cycles = [&](Wait wait) {
    return cyclesOf(schedule, use.waits[static_cast<std::size_t>(wait)]);
  };
  return {cycles(Wait::Data),      cycles(Wait::Space), cycles(Wait::Sync),
          cycles(Wait::Bandwidth), cycles(Wait::Idle),  cycles(Wait::Issue)};
}

/// Sums the counters into the result; lanes[resource name] and lanes per Einsum are busy PE-cycles.
struct Counting {
  const Schedule& schedule;
  results::Result& result;
  std::map<std::string, double> lanes{};
  std::vector<double> einsumLanes{};
  std::vector<std::string> uncovered{};

  results::LevelTraffic& level(const std::string& name) const {
    for (auto& known : result.levels) {
      if (known.name == name) {
        return known;
      }
    }
    result.levels.push_back({name, 0, 0});
    return result.levels.back();
  }

  void add(const Counter& counter, Wide count) {
    const auto einsum = static_cast<std::size_t>(std::max(counter.einsum, 0));
    switch (counter.kind) {
    case Counter::Kind::Operation:
      result.einsums[einsum].ops[counter.what] += narrow(count);
      result.flops += static_cast<double>(count) * einsum::flopsOf(counter.what);
      break;
    case Counter::Kind::BusyLanes:
      lanes[counter.component] += shareOf(counter, count);
      einsumLanes[einsum] += shareOf(counter, count);
      result.einsums[einsum].unit = counter.component;
      break;
    case Counter::Kind::Read:
      level(counter.component).readBytes += whole(counter, count);
      break;
    case Counter::Kind::Write:
      level(counter.component).writeBytes += whole(counter, count);
      break;
    case Counter::Kind::Action:
      if (counter.picojoules) {
        result.energy.by[counter.component] += shareOf(counter, count) * *counter.picojoules;
      } else if (count > 0) {
        uncovered.push_back(fmt::format("{} of {}", counter.what, counter.component));
      }
      break;
    }
  }
};

void addEnergy(Counting& counting) {
  auto& energy = counting.result.energy;
  if (!counting.uncovered.empty()) {
    energy.reason = "no table covers " + fmt::format("{}", fmt::join(counting.uncovered, ", "));
    return;
  }
  double total = 0;
  for (const auto& [component, picojoules] : energy.by) {
    total += picojoules;
  }
  energy.total = total;
}

void addPath(const Schedule& schedule, const Totals& totals, results::Result& result) {
  for (std::size_t i = 0; i < totals.path.size(); ++i) {
    if (totals.path[i] > 0) {
      const auto name = i < schedule.einsums.size()    ? schedule.einsums[i]
                        : i == schedule.einsums.size() ? std::string("transfers")
                                                       : std::string("waiting");
      result.criticalPath.push_back(
          {name, static_cast<double>(totals.path[i]) / static_cast<double>(totals.ticks)});
    }
  }
  std::stable_sort(result.criticalPath.begin(), result.criticalPath.end(),
                   [](const auto& a, const auto& b) { return a.share > b.share; });
}

} // namespace

core::Expected<results::Result> summarize(const Schedule& schedule, const Totals& totals,
                                          core::Rational hertz) {
  if (auto problems = tooLarge(schedule, totals); !problems.empty()) {
    return core::failure(std::move(problems));
  }
  results::Result result;
  const double cycles = cyclesOf(schedule, totals.ticks);
  result.cycles = cycles;
  result.seconds = cycles / hertz.toDouble();
  for (const auto& name : schedule.einsums) {
    result.einsums.push_back({name, {}, {}, 0, 0});
  }
  Counting counting{schedule, result};
  counting.einsumLanes.resize(schedule.einsums.size());
  for (std::size_t i = 0; i < totals.counters.size(); ++i) {
    counting.add(schedule.counters[i], totals.counters[i]);
  }
  addEnergy(counting);
  for (std::size_t r = 0; r < schedule.resources.size(); ++r) {
    const auto& resource = schedule.resources[r];
    const double busy = cyclesOf(schedule, totals.resources[r].busy);
    const double used =
        resource.port ? busy : counting.lanes[resource.name] / static_cast<double>(resource.units);
    result.units.push_back({resource.name, busy, cycles > 0 ? used / cycles : 0,
                            stallsOf(schedule, totals.resources[r])});
  }
  for (std::size_t e = 0; e < schedule.einsums.size(); ++e) {
    auto& einsum = result.einsums[e];
    einsum.busyCycles = cyclesOf(schedule, totals.einsumBusy[e]);
    for (const auto& resource : schedule.resources) {
      if (resource.name == einsum.unit && cycles > 0) {
        einsum.utilization = counting.einsumLanes[e] / static_cast<double>(resource.units) / cycles;
      }
    }
  }
  addPath(schedule, totals, result);
  if (totals.skippedTicks > 0) {
    result.notes.push_back(fmt::format(
        "{:.4f} % of the time was skipped exactly as repeated periods; {} task instances were "
        "simulated",
        100 * static_cast<double>(totals.skippedTicks) / static_cast<double>(totals.ticks),
        totals.instances));
  }
  return result;
}

} // namespace einsight::sim

#include "sim/gpu/paces.hpp"

#include "sim/cycle/at.hpp"
#include "sim/gpu/multiprocessor.hpp"

#include <algorithm>

namespace einsight::sim::gpu {
namespace {

/// Fewer kinds than this are simulated one by one.
constexpr std::int64_t kKindsForLine = 10;
/// Iterations beyond the masked ones and those in flight after which a pipeline is taken to be
/// full.
constexpr std::int64_t kFill = 8;
constexpr std::array<std::int64_t, 3> kPeriods{1, 2, 4};
/// A CTA that does nothing still ends after it has started.
constexpr double kLeastCycles = 1e-9;

double cyclesOf(Wide ticks) {
  return static_cast<double>(ticks) / static_cast<double>(kTicksPerCycle);
}

/// a + (b - a) * part / whole, rounded towards a.
Wide along(Wide a, Wide b, std::int64_t part, std::int64_t whole) {
  return whole == 0 ? a : a + (b - a) * part / whole;
}

} // namespace

Paces::Paces(const Kernel& kernel, const Device& device, bool skip)
    : kernel_(kernel), device_(device), skip_(skip) {
  for (const auto& kind : kernel.kinds) {
    auto& those = classes_[{kind.body, std::min(kind.masked, kind.iterations)}];
    ++those.kinds;
    those.longest = std::max(those.longest, kind.iterations);
  }
}

/// One CTA after another in a single slot is the same every time. Several slots, and CTAs that
/// reach into the next tile, need a few rounds until they go as they will.
std::array<std::int64_t, 3> Paces::rounds(std::int64_t residents) const {
  if (residents > 1) {
    return {1, 3, 7};
  }
  return kernel_.persistent ? std::array<std::int64_t, 3>{1, 2, 4}
                            : std::array<std::int64_t, 3>{1, 1, 1};
}

core::Expected<Paces::Run> Paces::simulate(const Kind& kind, std::int64_t residents,
                                           std::int64_t rounds) {
  ++simulations_;
  CycleOptions options;
  options.skip = skip_;
  const auto totals = sim::cycle(smSchedule(kernel_, device_, kind, residents, rounds), options);
  if (!totals) {
    return core::failure(totals.error());
  }
  Run run;
  run.ticks = totals->ticks;
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    run.waits[unit] = totals->resources[unit].waits;
  }
  return run;
}

core::Expected<Paces::Runs> Paces::simulated(const Key& key) {
  if (const auto found = known_.find(key); found != known_.end()) {
    return found->second;
  }
  const auto& [family, iterations] = key;
  const auto [body, residents, masked] = family;
  const auto counts = rounds(residents);
  Runs runs;
  for (std::size_t r = 0; r < counts.size(); ++r) {
    if (r > 0 && counts[r] == counts[r - 1]) {
      runs[r] = runs[r - 1];
      continue;
    }
    const auto run =
        simulate({iterations, masked, 1, static_cast<int>(body)}, residents, counts[r]);
    if (!run) {
      return core::failure(run.error());
    }
    runs[r] = *run;
  }
  return known_[key] = runs;
}

const Paces::Class& Paces::classOf(const Family& family) const {
  return classes_.at({family[0], family[2]});
}

core::Expected<Paces::Line> Paces::findLine(const Family& family) {
  Line line{0, family[2] + kernel_.stages + kFill, classOf(family).longest};
  for (const auto period : kPeriods) {
    if (line.from + 3 * period > line.to) {
      break;
    }
    bool straight = true;
    for (std::int64_t i = 0; i < period && straight; ++i) {
      // The last one of the same remainder as the first.
      const auto first = line.from + i;
      const auto periods = (line.to - first) / period;
      const auto a = simulated({family, first});
      const auto b = simulated({family, first + period});
      const auto c = simulated({family, first + 2 * period});
      const auto end = simulated({family, first + periods * period});
      for (const auto* runs : {&a, &b, &c, &end}) {
        if (!*runs) {
          return core::failure(runs->error());
        }
      }
      for (std::size_t r = 0; r < a->size(); ++r) {
        const auto slope = (*b)[r].ticks - (*a)[r].ticks;
        straight = straight && (*c)[r].ticks - (*b)[r].ticks == slope &&
                   (*end)[r].ticks - (*a)[r].ticks == slope * periods;
      }
    }
    if (straight) {
      line.period = period;
      return line;
    }
  }
  return line;
}

core::Expected<Paces::Line> Paces::line(const Family& family) {
  const auto found = lines_.find(family);
  if (found != lines_.end()) {
    return found->second;
  }
  Line line;
  if (skip_ && classOf(family).kinds >= kKindsForLine) {
    const auto made = findLine(family);
    if (!made) {
      return core::failure(made.error());
    }
    line = *made;
  }
  return lines_[family] = line;
}

core::Expected<Paces::Runs> Paces::runs(const Key& key) {
  const auto& [family, iterations] = key;
  const auto along1 = line(family);
  if (!along1) {
    return core::failure(along1.error());
  }
  const auto period = along1->period;
  if (period == 0 || iterations < along1->from || iterations > along1->to) {
    return simulated(key);
  }
  const auto first = along1->from + (iterations - along1->from) % period;
  const auto whole = (along1->to - first) / period;
  const auto part = (iterations - first) / period;
  const auto a = simulated({family, first});
  const auto b = simulated({family, first + whole * period});
  if (!a || !b) {
    return core::failure(a ? b.error() : a.error());
  }
  Runs runs;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    runs[r].ticks = along((*a)[r].ticks, (*b)[r].ticks, part, whole);
    for (std::size_t unit = 0; unit < kUnits; ++unit) {
      for (std::size_t w = 0; w < kWaits; ++w) {
        runs[r].waits[unit][w] = along((*a)[r].waits[unit][w], (*b)[r].waits[unit][w], part, whole);
      }
    }
  }
  return runs;
}

std::array<double, kUnits> Paces::busy(std::int32_t kind) const {
  const auto& what = at(kernel_.kinds, kind);
  std::array<double, kUnits> cycles{};
  const auto add = [&](const Part& part, std::int64_t times, std::int64_t masked) {
    for (const auto& step : part.steps) {
      cycles[numberOf(step.unit)] += static_cast<double>(kernel_.warpgroups) *
                                     (static_cast<double>(times) * occupancy(step, device_) +
                                      static_cast<double>(masked) * maskOccupancy(step, device_));
    }
  };
  const auto parts = partsOf(kernel_, what);
  add(parts.prologue, 1, 0);
  add(parts.iteration, what.iterations, std::min(what.masked, what.iterations));
  add(parts.epilogue, 1, 0);
  return cycles;
}

Pace Paces::pace(const Runs& runs, std::int32_t kind, std::int64_t residents) const {
  const auto counts = rounds(residents);
  const auto& [first, early, late] = runs;
  const auto ctas = static_cast<double>(std::max<std::int64_t>(1, counts[2] - counts[1]));
  const bool steady = counts[2] > counts[1];
  const auto work = busy(kind);
  Pace pace;
  pace.cycles = cyclesOf(late.ticks - (steady ? early.ticks : 0)) / ctas;
  // What several rounds share can make the last ones look shorter than their work.
  const double issue = kernel_.issueShare * work[1];
  pace.cycles = std::max({pace.cycles, (work[0] + issue) * static_cast<double>(residents),
                          work[1] * static_cast<double>(residents),
                          work[2] * static_cast<double>(residents)});
  const double begin = kernel_.setupCycles + (kernel_.persistent ? device_.ctaCycles : 0);
  pace.start = std::max(0.0, begin + cyclesOf(first.ticks) - pace.cycles);
  const double share = pace.cycles / static_cast<double>(residents);
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    double sum = 0;
    for (std::size_t w = 0; w < kWaits; ++w) {
      const auto ticks = late.waits[unit][w] - (steady ? early.waits[unit][w] : Wide{0});
      pace.waits[unit][w] = std::max(0.0, cyclesOf(ticks)) / ctas / static_cast<double>(residents);
      sum += pace.waits[unit][w];
    }
    if (unit == 0) {
      pace.waits[unit][static_cast<std::size_t>(Wait::Issue)] += issue;
      sum += issue;
    }
    // Only the proportions are taken, so that all adds up.
    const double still = std::max(0.0, share - work[unit]);
    for (auto& wait : pace.waits[unit]) {
      wait = sum > 0 ? wait * still / sum : 0;
    }
    pace.waits[unit][static_cast<std::size_t>(Wait::Idle)] += sum > 0 ? 0 : still;
  }
  return pace;
}

core::Expected<Pace> Paces::of(std::int32_t kind, std::int64_t residents) {
  const auto found = paces_.find({kind, residents});
  if (found != paces_.end()) {
    return found->second;
  }
  const auto& what = at(kernel_.kinds, kind);
  const auto ran =
      runs({{what.body, residents, std::min(what.masked, what.iterations)}, what.iterations});
  if (!ran) {
    return core::failure(ran.error());
  }
  auto made = pace(*ran, kind, residents);
  made.cycles = std::max(made.cycles, kLeastCycles);
  return paces_[{kind, residents}] = made;
}

} // namespace einsight::sim::gpu

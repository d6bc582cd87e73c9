#include "bench/points.hpp"

#include <benchmark/benchmark.h>

/// The cycle engine alone: a prepared schedule to totals.
namespace einsight::bench {
namespace {

constexpr std::int64_t kThousand = 1024;
constexpr std::int64_t kMillion = 1024 * 1024;

/// `cycles` and `tasks` are per second of processor time; `simulated` is how many task instances
/// were served one by one, `skipped` the share of the time that was skipped as repeated periods.
void simulate(benchmark::State& state, const explore::Point& point, bool skip) {
  sim::CycleOptions options;
  options.skip = skip;
  sim::Totals totals;
  for (auto _ : state) {
    auto found = sim::cycle(point.schedule, options);
    if (!found) {
      state.SkipWithError("the simulation stopped");
      return;
    }
    totals = std::move(*found);
    benchmark::DoNotOptimize(totals.ticks);
  }
  const auto ticks = static_cast<double>(totals.ticks);
  const auto runs = static_cast<double>(state.iterations());
  const auto tasks = static_cast<double>(totals.instances);
  using benchmark::Counter;
  state.counters["cycles"] =
      Counter(runs * ticks / static_cast<double>(point.schedule.ticksPerCycle), Counter::kIsRate);
  state.counters["tasks"] = Counter(runs * tasks, Counter::kIsRate);
  state.counters["simulated"] = tasks;
  state.counters["skipped"] = static_cast<double>(totals.skippedTicks) / ticks;
}

void bert1KEveryPeriod(benchmark::State& state) {
  simulate(state, point("bert", "fusemax", "fusemax-binding", kThousand), false);
}
void bert1K(benchmark::State& state) {
  simulate(state, point("bert", "fusemax", "fusemax-binding", kThousand), true);
}
void bert1M(benchmark::State& state) {
  simulate(state, point("bert", "fusemax", "fusemax-binding", kMillion), true);
}
void flat1M(benchmark::State& state) {
  simulate(state, point("attention-3pass:bert", "flat", "flat", kMillion), true);
}
void unfused1M(benchmark::State& state) {
  simulate(state, point("attention-3pass:bert", "flat", "unfused", kMillion), true);
}
void causal1M(benchmark::State& state) {
  simulate(state, point("attention-1pass-causal:bert", "fusemax", "fusemax-binding", kMillion),
           true);
}

BENCHMARK(bert1KEveryPeriod)->Name("cycle/bert-1K/every-period")->Unit(benchmark::kMillisecond);
BENCHMARK(bert1K)->Name("cycle/bert-1K")->Unit(benchmark::kMillisecond);
BENCHMARK(bert1M)->Name("cycle/bert-1M")->Unit(benchmark::kMillisecond);
BENCHMARK(flat1M)->Name("cycle/flat-1M")->Unit(benchmark::kMillisecond);
BENCHMARK(unfused1M)->Name("cycle/unfused-1M")->Unit(benchmark::kMillisecond);
BENCHMARK(causal1M)->Name("cycle/causal-1M")->Unit(benchmark::kMillisecond);

} // namespace
} // namespace einsight::bench

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

struct Case {
  const char* name;
  const char* workload;
  const char* machine;
  const char* mapping;
  std::int64_t length;
};

/// Schedules of several kinds.
constexpr Case kEveryPeriod[] = {
    {"bert-1K", "bert", "fusemax", "fusemax-binding", kThousand},
    {"systolic-1K", "bert", "fusemax-systolic", "fusemax-binding", kThousand},
    {"one-tile-4K", "bert", "fusemax", "fusemax-architecture", 4 * kThousand},
    {"causal-4K", "attention-1pass-causal:bert", "fusemax", "fusemax-binding", 4 * kThousand},
    {"two-pass-4K", "attention-2pass-deferred:bert", "fusemax", "fusemax-two-pass", 4 * kThousand},
    {"flat-4K", "attention-3pass:bert", "flat", "flat", 4 * kThousand},
    {"unfused-1K", "attention-3pass:bert", "flat", "unfused", kThousand},
    {"encoder-4K", "encoder-layer-1pass:bert", "fusemax", "encoder-fusemax", 4 * kThousand},
    {"layers-4K", "linear-layers:bert", "fusemax", "linear-layers", 4 * kThousand},
};

/// Every task instance served one by one: the speed of the engine itself.
const bool kRegistered = [] {
  for (const auto& each : kEveryPeriod) {
    const auto run = [each](benchmark::State& state) {
      simulate(state, point(each.workload, each.machine, each.mapping, each.length), false);
    };
    const auto name = std::string("cycle/") + each.name + "/every-period";
    benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMillisecond);
  }
  return true;
}();

BENCHMARK(bert1K)->Name("cycle/bert-1K")->Unit(benchmark::kMillisecond);
BENCHMARK(bert1M)->Name("cycle/bert-1M")->Unit(benchmark::kMillisecond);
BENCHMARK(flat1M)->Name("cycle/flat-1M")->Unit(benchmark::kMillisecond);
BENCHMARK(unfused1M)->Name("cycle/unfused-1M")->Unit(benchmark::kMillisecond);
BENCHMARK(causal1M)->Name("cycle/causal-1M")->Unit(benchmark::kMillisecond);

} // namespace
} // namespace einsight::bench

#include "bench/points.hpp"

#include <benchmark/benchmark.h>

/// What comes before an engine, and the engine that needs no simulation.
namespace einsight::bench {
namespace {

constexpr std::int64_t kLength = 64 * 1024;

/// From the three YAML files to the answer, as `run --engine analytic` without its what-ifs.
void yamlToAnswer(benchmark::State& state) {
  explore::RunOptions options;
  options.engine = "analytic";
  for (auto _ : state) {
    const auto result = explore::run(point("bert", "fusemax", "fusemax-binding", kLength), options);
    benchmark::DoNotOptimize(result->cycles);
  }
}

/// The bound alone, on a schedule that is there.
void bound(benchmark::State& state) {
  const auto prepared = point("bert", "fusemax", "fusemax-binding", kLength);
  for (auto _ : state) {
    benchmark::DoNotOptimize(sim::analytic(prepared.schedule).ticks);
  }
}

void lowering(benchmark::State& state) {
  const auto prepared = point("bert", "fusemax", "fusemax-binding", kLength);
  for (auto _ : state) {
    const auto schedule = mappings::lower(prepared.mapping);
    benchmark::DoNotOptimize(schedule->sections.size());
  }
}

BENCHMARK(yamlToAnswer)->Name("analytic/from-yaml")->Unit(benchmark::kMicrosecond);
BENCHMARK(bound)->Name("analytic/schedule-only")->Unit(benchmark::kMicrosecond);
BENCHMARK(lowering)->Name("lower/bert")->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace einsight::bench

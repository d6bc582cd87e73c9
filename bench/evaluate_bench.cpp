#include "einsum/evaluate.hpp"
#include "workloads/catalogue.hpp"

#include <benchmark/benchmark.h>

/// Numeric evaluation of whole cascades, every point of every tensor.
namespace einsight::bench {
namespace {

constexpr std::int64_t kLength = 256;
constexpr std::uint64_t kSeed = 1;

void evaluate(benchmark::State& state, const char* workload) {
  const auto cascade = workloads::load(
      workload,
      {{"B", core::Rational(1)}, {"H", core::Rational(2)}, {"L", core::Rational(kLength)}});
  if (!cascade) {
    state.SkipWithError("the workload cannot be loaded");
    return;
  }
  const auto inputs = einsum::randomInputs(*cascade, kSeed);
  for (auto _ : state) {
    const auto values = einsum::evaluate(*cascade, inputs);
    benchmark::DoNotOptimize(values->size());
  }
}

BENCHMARK_CAPTURE(evaluate, 1pass, "attention-1pass")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(evaluate, 3pass, "attention-3pass")->Unit(benchmark::kMillisecond);

} // namespace
} // namespace einsight::bench

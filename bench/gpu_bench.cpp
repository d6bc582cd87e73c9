#include "tests/sim/gpu_chains.hpp"

#include <benchmark/benchmark.h>

/// The GPU engines alone: a chain of one attention kernel to totals.
namespace einsight::bench {
namespace {

constexpr std::int64_t kThousand = 1024;

/// Persistent forward attention of 16 heads; `ctas` are per second.
void attention(benchmark::State& state, bool causal) {
  const auto chain = sim::gpu::test::largeAttention(state.range(0) * kThousand, 16, causal);
  const auto device = sim::gpu::test::largeDevice();
  for (auto _ : state) {
    auto totals = sim::gpu::cycle(chain, device);
    if (!totals) {
      state.SkipWithError("the simulation failed");
      return;
    }
    benchmark::DoNotOptimize(totals->seconds);
  }
  const auto ctas = static_cast<double>(chain.kernels.front().order.size());
  state.counters["ctas"] = benchmark::Counter(static_cast<double>(state.iterations()) * ctas,
                                              benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(attention, full, false)->Arg(16)->Arg(1024)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(attention, causal, true)->Arg(16)->Arg(1024)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace einsight::bench

#include "explore/gpu/point.hpp"
#include "tests/sim/gpu/chains.hpp"

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <iostream>

/// The GPU engines alone, a chain of one attention kernel to totals; and those runs of the
/// catalogue that take longest, from names to numbers.
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

/// As `einsight run -w WORKLOAD -a h100 --set L=…K` does it, with one thing twice as fast in turn.
/// A run that fails ends the program: the catalogue is broken.
void wholeRun(benchmark::State& state, const char* workload) {
  explore::RunOptions options;
  options.limits = true;
  for (auto _ : state) {
    const auto result =
        explore::prepareGpu(
            {workload, "h100", "", {{"L", core::Rational(state.range(0) * kThousand)}}, {}, {}})
            .and_then([&](const auto& point) { return run(point, options); });
    if (!result) {
      std::cerr << core::render(result.error());
      std::abort();
    }
    benchmark::DoNotOptimize(result->seconds);
  }
}

BENCHMARK_CAPTURE(wholeRun, attention, "attention")->Arg(16)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(wholeRun, causal, "attention-1pass-causal")
    ->Arg(128)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(wholeRun, gla, "gla")->Arg(128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(wholeRun, nsa, "nsa")->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(wholeRun, landmark, "landmark")->Arg(128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(wholeRun, halonet, "halonet")->Arg(16)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(wholeRun, latent, "mla-absorbed")->Arg(128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(wholeRun, layer, "encoder-layer-1pass")->Arg(128)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace einsight::bench

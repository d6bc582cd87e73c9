#include "config/read_once.hpp"
#include "explore/any_point.hpp"
#include "explore/inputs.hpp"

#include <benchmark/benchmark.h>

/// A point of a sweep: what a worker process does for one, with what it remembers of others.
namespace einsight::bench {
namespace {

/// Every point has another length and another buffer; 16 machines come again.
void sweepPoint(benchmark::State& state) {
  const config::ReadOnce once;
  explore::Inputs inputs(true);
  explore::RunOptions options;
  options.engine = "analytic";
  std::int64_t point = 0;
  for (auto _ : state) {
    explore::PointRequest request;
    request.workload = "bert";
    request.machine = "fusemax";
    request.workloadSettings["L"] = core::Rational(1024 + point % 1'000'000);
    request.machineSettings["buffer_mib"] = core::Rational(4 + point % 16);
    const auto result =
        explore::prepareAny(request, inputs).and_then([&](const explore::AnyPoint& prepared) {
          return explore::run(prepared, options);
        });
    benchmark::DoNotOptimize(result->cycles);
    ++point;
  }
  state.counters["points"] =
      benchmark::Counter(static_cast<double>(point), benchmark::Counter::kIsRate);
}

BENCHMARK(sweepPoint)->Name("sweep/point")->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace einsight::bench

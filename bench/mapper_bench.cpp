#include "bench/points.hpp"
#include "mappings/mapper/sized.hpp"

#include <benchmark/benchmark.h>

/// The inner loop of the mapper: a structure compiled once, evaluated with many sizes.
namespace einsight::bench {
namespace {

mappings::SizedMapping sizedOf(mappings::Mapping mapping, const explore::Point& point) {
  auto sized = mappings::SizedMapping::compile(std::move(mapping), point.mapping.cascade(),
                                               point.mapping.machine());
  if (!sized) {
    std::abort(); // a shipped mapping that simulates also compiles
  }
  return std::move(*sized);
}

/// One evaluation per iteration, with another size each time.
void mapperEvaluate(benchmark::State& state, const char* workload, const char* mapping,
                    const char* part, std::int64_t length) {
  const auto at = point(workload, "fusemax", mapping, length);
  auto sized = sizedOf(at.mapping.mapping(), at);
  auto sizes = sized.sizes();
  std::size_t which = 0;
  while (sized.parts()[which] != part) {
    ++which;
  }
  const auto most = sizes[which];
  std::int64_t next = 0;
  for (auto _ : state) {
    sizes[which] = 4 + next++ % (most - 3);
    benchmark::DoNotOptimize(sized.evaluate(sizes).cycles);
  }
  state.SetItemsProcessed(state.iterations());
}

/// Structure checked, and lowered for one pattern of trip counts.
void mapperCompile(benchmark::State& state, const char* workload, const char* mapping) {
  const auto at = point(workload, "fusemax", mapping, 1 << 14);
  const auto shipped = sizedOf(at.mapping.mapping(), at);
  const auto given = shipped.resized(shipped.sizes()); // sizes as numbers, as the mapper has them
  for (auto _ : state) {
    auto sized = sizedOf(given, at);
    benchmark::DoNotOptimize(sized.evaluate(sized.sizes()).cycles);
  }
}

BENCHMARK_CAPTURE(mapperEvaluate, onePass, "attention-1pass", "fusemax-binding", "p1", 1 << 14)
    ->Name("mapper/evaluate/attention-1pass")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(mapperEvaluate, ragged, "attention-1pass", "fusemax-binding", "p1", 16001)
    ->Name("mapper/evaluate/attention-1pass-ragged")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(mapperCompile, onePass, "attention-1pass", "fusemax-binding")
    ->Name("mapper/compile/attention-1pass")
    ->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace einsight::bench

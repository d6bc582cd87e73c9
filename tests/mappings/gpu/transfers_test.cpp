#include "gpu_text.hpp"
#include "sim/gpu/gpu.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace einsight;
using namespace einsight::mappings::gpu::test;

namespace {

/// Scores of two sequences of two heads, 512 queries and keys, tiles of 128.
sim::gpu::Chain scores() {
  const std::string text = "mapping: mine\nkind: gpu\nkernels:\n"
                           "  scores: {einsums: [QK], cta: {p: 128, m: 128}, loop: {e: 32}}\n"
                           "  rest: {cta: {p: 1}}\n";
  return chainOf(readingOfText(
      text, {.workload = "attention-unfused",
             .gpu = "a100-80gb",
             .workloadSettings = {{"B", 2}, {"H", 2}, {"R", 1}, {"L", 512}, {"D", 64}}}));
}

} // namespace

TEST_CASE("CTAs of a row of a batched product share its rows, those of a column its columns",
          "[gpu]") {
  const auto kernel = scores().kernels.at(0);
  REQUIRE(kernel.order.size() == 2 * 2 * 4 * 4);
  CHECK(std::set(kernel.reuse.begin(), kernel.reuse.end()).size() == 2 * 2 * 4);
  CHECK(std::set(kernel.secondReuse.begin(), kernel.secondReuse.end()).size() == 2 * 2 * 4);
  // Every CTA has a pair of streams of its own.
  std::set<std::pair<std::int32_t, std::int32_t>> pairs;
  for (std::size_t cta = 0; cta < kernel.reuse.size(); ++cta) {
    pairs.emplace(kernel.reuse[cta], kernel.secondReuse.at(cta));
  }
  CHECK(pairs.size() == kernel.order.size());
}

TEST_CASE("A batched product reads both operands of every sequence once", "[gpu]") {
  auto chain = scores();
  chain.kernels.resize(1);
  const auto gpu = arch::loadGpu("a100-80gb");
  REQUIRE(gpu);
  const auto totals = sim::gpu::cycle(chain, mappings::gpu::device(*gpu));
  REQUIRE(totals);
  CHECK(totals->kernels[0].dramReadBytes == Approx(2.0 * 2 * 2 * 512 * 64 * 2));
  CHECK(sim::gpu::analytic(chain, mappings::gpu::device(*gpu)).kernels[0].dramReadBytes ==
        Approx(2.0 * 2 * 2 * 512 * 64 * 2));
}

#include "sim/gpu/gpu.hpp"
#include "tests/mappings/gpu/gpu_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

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

/// The kernel that makes the states of 16 chunks, of which another one reads `read`.
sim::gpu::Kernel statesRead(const std::string& read) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("einsight-states-{}", getpid());
  std::filesystem::create_directories(folder);
  const auto file = folder / "states.yaml";
  std::ofstream(file) << "version: 1\nworkload: states\nsummary: t\nsource: t\n"
                         "parameters: {N: 16, C: 64}\n"
                         "ranks: {e: C, f: C, n: N, i: C, j: C}\n"
                         "tensors: {Q: [e, n, i], K: [e, n, j], V: [f, n, j], S: {initial: 0}}\n"
                         "results: [O]\n"
                         "einsums:\n"
                         "  - KV[e,f,n] = K[e,n,j] * V[f,n,j]\n"
                         "  - S[e,f,n+1] = S[e,f,n] + KV[e,f,n]\n"
                      << "  - O[f,n,i] = Q[e,n,i] * " << read << '\n';
  const std::string mapping = "mapping: mine\nkind: gpu\nkernels:\n"
                              "  states: {einsums: [KV, S], cta: {e: all, f: all}, loop: {n: 1}}\n"
                              "  outputs: {cta: {i: all, f: all}, loop: {e: 32}}\n";
  auto chain = chainOf(readingOfText(mapping, {.workload = file.string(), .gpu = "a100-80gb"}));
  std::filesystem::remove_all(folder);
  return chain.kernels.at(0);
}

} // namespace

TEST_CASE("A state that another kernel reads of every iteration, in whatever order, is stored in "
          "every one; else at the end",
          "[gpu]") {
  constexpr double kStateBytes = 64 * 64 * 2;
  for (const auto* along : {"S[e,f,n]", "S[e,f,N-1-n]"}) {
    INFO(along);
    const auto kernel = statesRead(along);
    REQUIRE(kernel.iteration.stores.size() == 1);
    CHECK(kernel.iteration.stores[0].bytes == kStateBytes);
    CHECK(kernel.epilogue.stores.empty());
  }
  const auto kernel = statesRead("S[e,f,N]");
  CHECK(kernel.iteration.stores.empty());
  REQUIRE(kernel.epilogue.stores.size() == 1);
  CHECK(kernel.epilogue.stores[0].bytes == kStateBytes);
}

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

TEST_CASE("Gradients of the queries that CTAs add up go with the stream of the queries", "[gpu]") {
  const auto gpu = arch::loadGpu("h100");
  REQUIRE(gpu);
  auto device = mappings::gpu::device(*gpu);
  auto chain = chainOf(
      readingOf("flash-attention-2-backward",
                {.workload = "attention-backward", .gpu = "h100", .workloadSettings = {{"H", 2}}}));
  const auto& gradients = chain.kernels.at(1);
  REQUIRE(gradients.iteration.stores.size() == 1);
  CHECK(gradients.iteration.stores[0].shared);
  CHECK_FALSE(gradients.iteration.stores[0].second);
  chain.kernels = {gradients};
  constexpr double kElements = 2.0 * 4096 * 128;
  const double results = kElements * (4 + 2 + 2); // DQ in 32 bits, DK, DV
  CHECK(sim::gpu::analytic(chain, device).kernels[0].dramWriteBytes == Approx(results));
  auto totals = sim::gpu::cycle(chain, device);
  REQUIRE(totals);
  CHECK(totals->kernels[0].dramWriteBytes == Approx(results));
  device.l2Bytes = 1e4; // in every round the CTAs of a head fetch and write all of its sums
  totals = sim::gpu::cycle(chain, device);
  REQUIRE(totals);
  CHECK(totals->kernels[0].dramWriteBytes >= results);
}

TEST_CASE("Sums along no stream of the loop, or after it, are not taken to be shared", "[gpu]") {
  const auto chain = chainOf(readingOf("flash-attention-2-backward",
                                       {.workload = "attention-backward",
                                        .gpu = "h100",
                                        .workloadSettings = {{"H", 8}, {"R", 4}, {"L", 512}}}));
  const auto gradients = std::find_if(chain.kernels.begin(), chain.kernels.end(),
                                      [](const auto& each) { return each.name == "gradients"; });
  REQUIRE(gradients != chain.kernels.end());
  constexpr double kAdded = 8.0 * 512 * 128 * 4; // of a tensor, by the heads of all groups
  const auto gpu = arch::loadGpu("h100");
  REQUIRE(gpu);
  const auto totals = sim::gpu::cycle({{}, {*gradients}, 0}, mappings::gpu::device(*gpu));
  REQUIRE(totals);
  CHECK(totals->kernels[0].dramWriteBytes == Approx(3 * kAdded));
}

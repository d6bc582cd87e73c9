#include "mappings/gpu/cta/occupancy.hpp"
#include "tests/mappings/gpu/gpu_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu::test;

namespace {

sim::gpu::Kernel kernelOf(const std::string& mapping, const core::Settings& settings = {}) {
  return chainOf(readingOf(mapping, {.workloadSettings = settings})).kernels.at(0);
}

/// What is wrong with flash-attention-3 with these sizes.
std::string refusal(const core::Settings& sizes) {
  return messages(readingOf("flash-attention-3", {.mappingSettings = sizes}));
}

} // namespace

TEST_CASE("Shared memory holds the queries and every stage of keys and values", "[gpu]") {
  const auto kernel = kernelOf("flash-attention-3");
  CHECK(kernel.sharedBytes == 128 * 128 * 2 + 2 * 2 * 176 * 128 * 2);
  CHECK(kernel.threads == 384);
  CHECK(kernel.residents == 1);
  CHECK(kernel.limitedBy == "shared memory");
}

TEST_CASE("Registers hold the output, the scores and, with overlap, the weights", "[gpu]") {
  // 64 output values, 88 scores, 44 registers of weights, 32 others per thread: 228, by eights.
  CHECK(kernelOf("flash-attention-3").registersPerThread == 232);
}

TEST_CASE("Two CTAs of 128 threads with 255 registers are resident", "[gpu]") {
  const auto kernel = kernelOf("flash-attention-2");
  CHECK(kernel.registersPerThread == 255);
  CHECK(kernel.threads == 128);
  CHECK(kernel.residents == 2);
  CHECK(kernel.limitedBy == "registers");
}

TEST_CASE("Too large a tile is refused with what it needs", "[gpu]") {
  CHECK(refusal({{"kv_tile", 208}}) ==
        "flash-attention-3.yaml: error: kernels.attention: kernel 'attention' needs 240.0 KiB of "
        "shared memory per CTA, h100 has 227.0 KiB\n"
        "  help: smaller tiles, or fewer stages\n");
  CHECK(refusal({{"kv_tile", 192}, {"q_tile", 256}, {"stages", 1}}) ==
        "flash-attention-3.yaml: error: kernels.attention: kernel 'attention' needs 448 registers "
        "per thread, h100 has 255\n"
        "  help: smaller tiles, or more warpgroups\n");
}

TEST_CASE("Tensor memory holds the scores and the output of all rows", "[gpu]") {
  const auto blackwell = [](const core::Settings& sizes) {
    return readingOf("fused-blackwell", {.gpu = "b200", .mappingSettings = sizes});
  };
  CHECK(chainOf(blackwell({})).kernels.at(0).sharedBytes > 0); // 256 rows of 128 + 128 columns
  CHECK(
      messages(blackwell({{"kv_tile", 192}, {"stages", 1}})) ==
      "fused-blackwell.yaml: error: kernels.attention: kernel 'attention' needs 320 KiB of tensor "
      "memory per CTA, b200 has 256 KiB\n"
      "  help: smaller tiles\n");
}

TEST_CASE("CTAs share an SM's tensor memory", "[gpu]") {
  const std::string text = "mapping: mine\nkind: gpu\nkernels:\n"
                           "  products: {einsums: [QK], cta: {p: 128, m: 192}, loop: {e: 32}, "
                           "instruction: tcgen05, stages: 2}\n"
                           "  rest: {cta: {p: 1}}\n";
  const auto chain = chainOf(readingOfText(text, {.workload = "attention-unfused", .gpu = "b200"}));
  CHECK(chain.kernels.at(0).residents == 2); // 96 KiB of 256 each
  CHECK(chain.kernels.at(0).limitedBy == "tensor memory");
}

TEST_CASE("More threads than an SM has are refused", "[gpu]") {
  CHECK(refusal({{"warpgroups", 9}}) ==
        "flash-attention-3.yaml: error: kernels.attention.warpgroups: warpgroups is 9, not a whole "
        "number from 1 to 8\n");
}

TEST_CASE("Registers that do not hold the results are refused", "[gpu]") {
  CHECK(messages(readingOfText("mapping: m\nkind: gpu\nparameters: {M0: 128}\n"
                               "kernels: {attention: {cta: {p: 128}, loop: m1, warpgroups: 1, "
                               "registers: 200}}\n")) ==
        "mapping.yaml:5:22: error: kernels.attention: kernel 'attention' has 200 registers per "
        "thread, its products' results alone take 256\n"
        "  help: smaller tiles, or more warpgroups\n");
}

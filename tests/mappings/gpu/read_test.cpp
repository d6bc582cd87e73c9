#include "gpu_text.hpp"
#include "mappings/gpu/mapping.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu::test;
namespace gpu = einsight::mappings::gpu;

namespace {

const std::string kHead = "mapping: m\nkind: gpu\n";

} // namespace

TEST_CASE("Keys of a kernel are read", "[gpu]") {
  const auto reading = valid(readingOfText(
      kHead +
      "parameters: {M0: 64}\nsizes: {rows: 64}\n"
      "kernels:\n  attention:\n    einsums: all\n    cta: {p: rows, r: all}\n    loop: m1\n"
      "    warps: 8\n    producer: true\n    instruction: wgmma\n    stages: 3\n"
      "    overlap: true\n    persistent: true\n    order: light_first\n    registers: 168\n"
      "    resident: 1\n    skip_masked: false\n    host_time: 3 us\n"));
  REQUIRE(reading.mapping.kernels.size() == 1);
  const auto& kernel = reading.mapping.kernels.front();
  CHECK(kernel.einsums.empty());
  REQUIRE(kernel.cta.size() == 2);
  CHECK(kernel.cta[0].variable == "p");
  CHECK_FALSE(kernel.cta[1].size);
  CHECK(kernel.loop->variable == "m1");
  CHECK(kernel.producer);
  CHECK(kernel.overlap);
  CHECK(kernel.persistent);
  CHECK_FALSE(kernel.skipMasked);
  CHECK(kernel.instruction == "wgmma");
  CHECK(kernel.order == gpu::Order::LightFirst);
  CHECK(kernel.hostSeconds == Approx(3e-6));
  const auto plans = plansOf(reading);
  CHECK(plans.front().warpgroups == 2);
  CHECK(plans.front().stages == 3);
  CHECK(plans.front().extents("p") == 64);
  CHECK(plans.front().extents("m0") == 64);
  CHECK(plans.front().extents("b") == 1);
}

TEST_CASE("Sizes may use those before them, the workload and the GPU", "[gpu]") {
  const auto reading = valid(
      readingOfText(kHead + "sizes: {a: D/2, b: 2*a, c: gpu.sms*masked + gpu.wgmma}\n"
                            "kernels: {k: {cta: {p: b}, loop: m1, registers: 200, stages: c}}\n"));
  CHECK(plansOf(reading).front().extents("p") == 128);
  CHECK(plansOf(reading).front().stages == 1);
}

TEST_CASE("Sizes may use the bits of the products' operands", "[gpu]") {
  const auto reading = valid(readingOfText(kHead + "sizes: {a: 1024/bits}\n"
                                                   "kernels: {k: {cta: {p: a}, loop: m1}}\n"));
  CHECK(plansOf(reading).front().extents("p") == 64);
}

TEST_CASE("A mapping of neighborhood attention says its tiles, baseline and permutation", "[gpu]") {
  const auto reading = valid(readingOf("neighborhood-hopper", {.workloadSettings = {{"D", 64}}}));
  const auto& neighborhood = reading.mapping.neighborhood;
  REQUIRE(neighborhood);
  CHECK(neighborhood->tiles == "hopper-dim64");
  CHECK(neighborhood->baseline == "fused-hopper-cooperative");
  REQUIRE(neighborhood->permute);
  CHECK(neighborhood->permute->value.text() == "0.17");
  CHECK_FALSE(valid(readingOf("neighborhood-ampere")).mapping.neighborhood->permute);
  CHECK_FALSE(valid(readingOf("flash-attention-2")).mapping.neighborhood);
}

TEST_CASE("The first case that holds is laid over the file", "[gpu]") {
  const auto tileOf = [](const std::string& workload, std::int64_t dimension) {
    const auto reading = valid(readingOf(
        "flash-attention-3", {.workload = workload, .workloadSettings = {{"D", dimension}}}));
    return std::pair(plansOf(reading).front().extents("p"), plansOf(reading).front().extents("m0"));
  };
  CHECK(tileOf("attention", 64) == std::pair<std::int64_t, std::int64_t>(192, 128));
  CHECK(tileOf("attention", 128) == std::pair<std::int64_t, std::int64_t>(128, 176));
  CHECK(tileOf("attention-causal", 128) == std::pair<std::int64_t, std::int64_t>(128, 128));
  CHECK(tileOf("attention", 256) == std::pair<std::int64_t, std::int64_t>(128, 80));
}

TEST_CASE("Every mistake in a mapping file is reported at its place", "[gpu]") {
  CHECK(messages(readingOfText(kHead + "kernels:\n  a: {lop: m1, instruction: wgmm, overlap: 3, "
                                       "warps: 4, warpgroups: 1, cta: {p: 12+}}\n")) ==
        "mapping.yaml:5:7: error: kernels.a.lop: unknown key\n"
        "  help: did you mean 'loop'? (one of: einsums, copies, clears, cta, loop, warpgroups, "
        "warps, split, "
        "stream_k, merge, paged, stages, registers, resident, shared_bytes, producer, lockstep, "
        "column_warps, interleave, overlap, persistent, skip_masked, instruction, order, section, "
        "host_time, mask, emulate, rescale, alias)\n"
        "mapping.yaml:5:29: error: kernels.a.instruction: unknown value 'wgmm'\n"
        "  help: did you mean 'wgmma'? (one of: mma, wgmma, tcgen05)\n"
        "mapping.yaml:5:44: error: kernels.a.overlap: '3' is neither true nor false\n"
        "  help: write true or false\n"
        "mapping.yaml:5:54: error: kernels.a.warps: warps and warpgroups say the same\n"
        "  help: a warpgroup has 4 warps\n"
        "mapping.yaml:5:81: error: kernels.a.cta.p: '12+' is not an expression: column 4: expected "
        "a value, found the end\n");
}

TEST_CASE("A size that nothing uses is a mistake, also one that is laid over another mapping",
          "[gpu]") {
  CHECK(messages(readingOfText("mapping: mine\nextends: flash-attention-3\n"
                               "sizes: {q_tle: 64, stages: 1}\n")) ==
        "mapping.yaml:4:16: error: sizes.q_tle: nothing in the mapping uses the size 'q_tle'\n"
        "  help: did you mean 'q_tile'? (one of: q_tile, kv_tile, warpgroups, stages)\n");
}

TEST_CASE("A size that the mapping does not have cannot be set", "[gpu]") {
  CHECK(messages(readingOf("flash-attention-3", {.mappingSettings = {{"q_tle", 64}}})) ==
        "flash-attention-3.yaml: error: sizes: the mapping has no size 'q_tle' to set\n"
        "  help: did you mean 'q_tile'? (one of: q_tile, kv_tile, warpgroups, stages)\n");
}

#include "gpu_text.hpp"
#include "mappings/gpu/plan.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::mappings::gpu::test;
namespace gpu = einsight::mappings::gpu;

namespace {

const std::string kHead = "mapping: m\nkind: gpu\nparameters: {M0: 64}\n";

std::string messagesOf(const std::string& kernels, const std::string& workload = "attention",
                       const std::string& machine = "h100") {
  return messages(readingOfText(kHead + kernels, {.workload = workload, .gpu = machine}));
}

} // namespace

TEST_CASE("Useful operations are those of the contractions where masks leave points", "[gpu]") {
  const core::Settings sizes{{"L", 1024}, {"H", 2}};
  const auto flops = [&](const std::string& workload) {
    return chainOf(
               readingOf("flash-attention-2", {.workload = workload, .workloadSettings = sizes}))
        .flops;
  };
  CHECK(flops("attention") == 4.0 * 2 * 1024 * 1024 * 128);
  CHECK(flops("attention-causal") == 4.0 * 2 * (1024 * 1025 / 2) * 128);
}

TEST_CASE("Kernels that are launched for one value after another know the mask of each", "[gpu]") {
  // Heads too long for a CTA: a kernel for each Einsum and each of the 16 tiles of keys.
  const auto below =
      readingOf("fused-chain",
                {.workload = "attention-causal",
                 .workloadSettings = {{"B", 1}, {"H", 1}, {"L", 1024}, {"D", 1024}, {"M0", 64}}});
  std::int64_t launches = 0;
  std::int64_t visited = 0;
  std::int64_t all = 0;
  for (const auto& kernel : chainOf(below).kernels) {
    if (kernel.name != "BQK") {
      continue;
    }
    ++launches;
    for (const auto kind : kernel.order) {
      const auto iterations = kernel.kinds.at(static_cast<std::size_t>(kind)).iterations;
      visited += iterations > 0 ? 1 : 0;
      ++all;
    }
  }
  REQUIRE(launches == 16);
  REQUIRE(all % launches == 0);
  const auto tiles = all / launches; // of queries, for each tile of keys
  CHECK(visited > all / 2);          // those on the diagonal are partly masked
  CHECK(visited <= all / 2 + tiles * launches / tiles);
}

TEST_CASE("The peak is that of the types of the products' operands, by the time that each takes",
          "[gpu]") {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("einsight-types-{}", getpid());
  std::filesystem::create_directories(folder);
  const auto file = folder / "mixed.yaml";
  std::ofstream(file) << "version: 1\nextends: attention\nworkload: mixed\nsummary: t\n"
                         "tensors:\n"
                         "  Q: {ranks: [b, g, r, e, p], bits: 8}\n"
                         "  K: {ranks: [b, g, e, M], bits: 8}\n"
                         "  BK: {bits: 8}\n";
  const auto peak = [&](const std::string& gpu) {
    return chainOf(readingOf("flash-attention-2",
                             {.workload = file, .gpu = gpu, .workloadSettings = {{"L", 1024}}}))
        .peakMaccs;
  };
  CHECK(peak("h100") == Approx(2 / (1.0 / 4096 + 1.0 / 2048))); // fp8, then fp16
  CHECK(peak("a100-80gb") == Approx(1024));                     // it has no fp8
  std::filesystem::remove_all(folder);
}

TEST_CASE("The same mapping runs other cascades with the same loop", "[gpu]") {
  const auto chain =
      chainOf(readingOf("flash-attention-2", {.workload = "attention-1pass-causal"}));
  CHECK(chain.kernels.at(0).iteration.steps.size() == 3);
}

TEST_CASE("An instruction or a type that is not there is refused", "[gpu]") {
  CHECK(messagesOf(
            "kernels: {k: {cta: {p: 128}, loop: m1, instruction: tcgen05, registers: 255}}\n") ==
        "mapping.yaml:5:14: error: kernels.k: kernel 'k': h100 has no tcgen05\n"
        "  help: its instructions are wgmma, mma\n");
}

TEST_CASE("Names that are not there are reported with the nearest one", "[gpu]") {
  CHECK(messagesOf("kernels: {k: {einsums: [BQKK], cta: {q: 128}, loop: m2}}\n")
            .find("the workload has no Einsum 'BQKK'") != std::string::npos);
  CHECK(messagesOf("kernels: {k: {cta: {q: 128}, loop: m1}}\n") ==
        "mapping.yaml:5:24: error: kernels.k.cta.q: the workload has no rank variable 'q'\n"
        "  help: one of: b, g, r, e, f, p, m1, m0\n");
}

TEST_CASE("Every Einsum belongs to one kernel", "[gpu]") {
  CHECK(messages(readingOfText("mapping: m\nkind: gpu\nkernels: {a: {einsums: [QK], cta: {p: 64, "
                               "m: 64}, loop: {e: 32}}, b: {einsums: [QK, AV], cta: {p: 64}}}\n",
                               {.workload = "attention-unfused"}))
            .find("mapping.yaml:1:1: error: kernels: Einsum QK is in 2 kernels") !=
        std::string::npos);
}

TEST_CASE("A loop over keys cannot give a whole row's maximum to itself", "[gpu]") {
  CHECK(
      messages(readingOfText("mapping: m\nkind: gpu\nkernels: {a: {cta: {p: 64}, loop: {m: 64}}}\n",
                             {.workload = "attention-unfused"}))
          .find("kernel 'a': SN takes GM, which is known only after the loop over m") !=
      std::string::npos);
}

TEST_CASE("A size that has no value here is explained by what it is made of", "[gpu]") {
  CHECK(messages(readingOfText("mapping: mine\nkind: gpu\nsizes: {wide: 2*heads, tile: wide*2}\n"
                               "kernels: {k: {cta: {p: tile}, loop: m1}}\n"))
            .find("mapping.yaml:5:24: error: kernels.k.cta.p: tile has no value here: wide has no "
                  "value here: unknown name 'heads'\n  help: one of: wide, tile, B, H, ") == 0);
}

TEST_CASE("An unknown name in an expression gets the nearest that is known", "[gpu]") {
  const auto text = [](const char* keys) {
    return messages(
        readingOfText(fmt::format("mapping: mine\nextends: flash-attention-3\n{}\n", keys)));
  };
  CHECK(text("sizes: {q_tile: 2*warpgrups}").find("did you mean 'warpgroups'?") !=
        std::string::npos);
  CHECK(text("kernels: {attention: {registers: gpu.exp3}}").find("did you mean 'gpu.exp2'?") !=
        std::string::npos);
  CHECK(text("parameters: {M0: kv_tle}").find("did you mean 'kv_tile'?") != std::string::npos);
}

TEST_CASE("Trips can be replaced by the caller", "[gpu]") {
  const auto reading = valid(readingOf("flash-attention-2"));
  const auto chain = gpu::plan(reading.mapping, reading.cascade, reading.gpu,
                               [](const std::string& kernel, gpu::Trips trips) {
                                 CHECK(kernel == "attention");
                                 trips.kinds = {{7, 2, 1.0}};
                                 return trips;
                               });
  REQUIRE(chain);
  CHECK(sumsOf(chain->kernels.at(0)).iterations == 7 * 16 * 32);
}

TEST_CASE("The device has the numbers of the machine file", "[gpu]") {
  const auto reading = valid(readingOf("flash-attention-2"));
  const auto device = gpu::device(reading.gpu);
  const auto& data = reading.gpu.data();
  CHECK(device.sms == data.sms);
  CHECK(device.dramBytesPerSecond == data.dram.bytesPerSecond * data.dram.efficiency);
  CHECK(device.l2Bytes == static_cast<double>(data.l2.bytes));
  CHECK(device.clockOnset == data.clock.onset);
  CHECK(device.clockSettlingSeconds == data.clock.settlingSeconds);
  CHECK(device.clockShare == 1);
}

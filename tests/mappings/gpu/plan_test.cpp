#include "gpu_text.hpp"
#include "mappings/gpu/plan.hpp"

#include <catch2/catch.hpp>

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
        "  help: did you mean 'b'? (one of: b, g, r, e, f, p, m1, m0)\n");
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
  CHECK(
      messages(readingOfText("mapping: mine\nkind: gpu\nsizes: {wide: 2*heads, tile: wide*2}\n"
                             "kernels: {k: {cta: {p: tile}, loop: m1}}\n")) ==
      "mapping.yaml:5:24: error: kernels.k.cta.p: tile has no value here: wide has no value here: "
      "unknown name 'heads'\n");
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
}

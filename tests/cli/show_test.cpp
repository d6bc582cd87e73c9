#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>
#include <regex>

using namespace einsight::cli::test;

namespace {

constexpr const char* kNest = R"(
section attention
  for b in [0:64)
    for h in [0:12)
      for p2 in [0:1)
        keep Q, RM, RD, RNV in global_buffer (SIZE)
        for m1 in [0:4)
          keep BK, BV in global_buffer (SIZE)
          for p1 in [0:4)
            keep BQK, SLN in registers_2d (SIZE in each PE)
            keep RM, LM, SLD, PRM, SPD, SLNV (streamed along f), SPNV (streamed along f) in registers_1d (SIZE in each PE)
            phase 1 of 4
              parallel m0 on array_2d.rows, p0 on array_2d.columns
                BQK on array_2d, for e in [0:64) in each PE
                LM on array_2d
              parallel p0 on array_1d.lanes
                RD on array_1d, 3 epochs behind
                RNV on array_1d, for f in [0:64) in each PE, 3 epochs behind
                AV on array_1d, for f in [0:64) in each PE, at the last m1, 3 epochs behind
            barrier
)";

/// Sizes, which depend on how much of a memory is used for double buffering, left out.
std::string withoutSizes(const std::string& text) {
  static const std::regex kSize(R"(\([0-9]+ ([KMG]i)?B)");
  return std::regex_replace(text, kSize, "(SIZE");
}

} // namespace

TEST_CASE("show prints a mapping as a loop nest with levels", "[cli]") {
  const auto outcome = program("show fusemax-binding");
  INFO(outcome.out);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("for attention-1pass on fusemax (-w and -a give others)\n") !=
        std::string::npos);
  CHECK(withoutSizes(outcome.out).find(kNest) != std::string::npos);
}

TEST_CASE("show prints a mapping at the sizes that are given", "[cli]") {
  const auto outcome =
      program("show fusemax-binding -w attention-1pass:xlm -a fusemax --set L=64K,mapping.p1=8");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("for h in [0:16)") != std::string::npos);
  CHECK(outcome.out.find("for p1 in [0:8)") != std::string::npos);
  CHECK(outcome.out.find("for p2 in [0:32)") != std::string::npos);
}

TEST_CASE("show prints a machine as a tree and a workload as written", "[cli]") {
  const auto machine = program("show fusemax");
  CHECK(machine.status == 0);
  CHECK(machine.out.find("\n  global_buffer: 16 MiB, 512 B an access") != std::string::npos);
  CHECK(machine.out.find("array_2d: 256 rows (reduces) x 256 columns: 65,536 PEs") !=
        std::string::npos);
  CHECK(machine.out.find("  total          1303 mm2\n") != std::string::npos);
  const auto workload = program("show attention-3pass");
  CHECK(workload.status == 0);
  CHECK(workload.out.find("QK[b,h,m,p] = Q[b,h,e,p] * K[b,h,e,m]") != std::string::npos);
}

TEST_CASE("show prints a GPU with its peaks, its costs and what was fitted", "[cli]") {
  const auto gpu = program("show h100 --set arch.l2.capacity=25M");
  INFO(gpu.out);
  CHECK(gpu.status == 0);
  CHECK(gpu.out.find("after rest") == std::string::npos);
  CHECK(program("show h100 --set arch.clock.settling=1/100")
            .out.find("more than 51.0%, after rest within 10 ms; peaks") != std::string::npos);
  CHECK(gpu.out.find("h100: H100 SXM5 80 GB") == 0);
  CHECK(gpu.out.find("gpu, hopper, 132 SMs\n") != std::string::npos);
  CHECK(gpu.out.find("\nl2: 25 MiB, 4900 B a cycle (64 an SM), 265 cycles\n") != std::string::npos);
  CHECK(gpu.out.find("  shared memory: 228 KiB an SM, 227 KiB a CTA, 128 B a cycle\n") !=
        std::string::npos);
  CHECK(std::regex_search(gpu.out, std::regex(R"(wgmma +fp16 +2048 +989\.4 T)")));
  CHECK(std::regex_search(gpu.out,
                          std::regex(R"(\n    8: exp2, log2, recip, rsqrt, tanh, sin, cos\n)")));
  CHECK(std::regex_search(gpu.out, std::regex(R"(lanes\.sync +published)")));
  CHECK(gpu.out.find("an hour") != std::string::npos);
  CHECK(program("show h20").out.find("an hour") == std::string::npos);
  CHECK(program("show b200").out.find("  tensor memory: 256 KiB an SM\n") != std::string::npos);
}

TEST_CASE("show prints a file that extends the catalogue as what it is", "[cli]") {
  const std::string examples = EINSIGHT_SOURCE_DIR "/examples/";
  const auto workload = program("show " + examples + "sliding-window.yaml");
  CHECK(workload.status == 0);
  CHECK(workload.out.starts_with("sliding-window: "));
  const auto mapping = program("show " + examples + "free-running.yaml -w bert -a fusemax");
  CHECK(mapping.status == 0);
  CHECK(mapping.out.find("section attention") != std::string::npos);
}

TEST_CASE("a name of several things shows them all", "[cli]") {
  const auto outcome = program("show flat --json -");
  REQUIRE(outcome.status == 0);
  const auto shown = nlohmann::json::parse(outcome.out)["shown"];
  REQUIRE(shown.size() == 2);
  CHECK(shown[0]["kind"] == "machine");
  CHECK(shown[1]["kind"] == "mapping");
}

TEST_CASE("a name of nothing is answered with the nearest", "[cli]") {
  const auto outcome = program("show fusemax-bindng");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("error: there is no workload, machine or mapping 'fusemax-bindng'\n"
                         "  help: did you mean 'fusemax-binding'?") == 0);
}

TEST_CASE("a mapping that is not for a workload says why", "[cli]") {
  const auto outcome = program("show fusemax-binding -w attention-3pass -a fusemax");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("mappings/spatial/fusemax-binding.yaml:") == 0);
}

TEST_CASE("every plan of a cluster is shown by itself, and for a machine that is named", "[cli]") {
  for (const std::string plan : {"ring-attention", "zigzag-ring-attention"}) {
    const auto alone = program("show " + plan);
    INFO(alone.err);
    CHECK(alone.status == 0);
  }
  CHECK(program("show zigzag-ring-attention -w attention-causal -a a100-node").status == 0);
}

TEST_CASE("show says that a mapping is for other machines", "[cli]") {
  const auto outcome = program("show flash-attention-2 -w bert -a fusemax");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("the mapping is for gpu machines") != std::string::npos);
}

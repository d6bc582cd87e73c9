#include "tests/validation/scratch_file.hpp"
#include "validation/kernels/suite.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace einsight;
using namespace einsight::validation;
using einsight::core::Rational;
using test::ScratchFile;

namespace {

constexpr auto kHeader = "system,hardware,dtype,batch,heads_q,heads_kv,head_dim,seq_q,seq_kv,mask,"
                         "metric,value,unit,source\n";

SuiteResult resultOf(SuiteOptions options) {
  auto result = runKernelSuite(validationFolder() / "suites" / "kernels.yaml", options);
  REQUIRE(result);
  return std::move(*result);
}

SuiteResult resultOf(const std::string& lines, SuiteOptions options = {}) {
  const ScratchFile file("x.csv", kHeader + lines);
  options.points = file.path();
  return resultOf(options);
}

} // namespace

TEST_CASE("every published row is compared, or says why not", "[validation]") {
  const auto result = resultOf(SuiteOptions());
  CHECK(result.points.size() == 601);
  CHECK(result.summary.meanAbsoluteError < 0.1);
  for (const auto& outcome : result.points) {
    INFO(outcome.id << ": " << outcome.reason);
    CHECK(outcome.engine == "cycle");
    CHECK(outcome.verdict != Verdict::Outside);
    CHECK((outcome.verdict == Verdict::Within || !outcome.reason.empty()));
  }
  CHECK(result.passed);
}

TEST_CASE("rows of 8 bits are simulated in 8 bits, under names of their own", "[validation]") {
  const auto result =
      resultOf("FlashAttention-3,H100 SXM5 80GB,fp8,1,16,16,128,16384,16384,none,fwd_throughput,"
               "1008,,\n"
               "Triton,H100 SXM5 80GB,fp8,1,16,16,128,16384,16384,none,fwd_throughput,635,,\n");
  REQUIRE(result.points.size() == 2);
  CHECK(result.points[0].id.ends_with("/none/fp8/fwd_throughput"));
  CHECK(result.points[0].group == "FlashAttention-3, H100 SXM5 80GB, head dim 128, none, fp8");
  // Twice the tensor cores' rate, and as much arithmetic as in 16 bits.
  CHECK(result.points[0].simulated.value_or(0) > 1.2 * 648);
  CHECK(result.points[0].simulated.value_or(0) < 2 * 648);
}

TEST_CASE("a user's own rows are compared or predicted", "[validation]") {
  const auto result =
      resultOf("FlashAttention-3,H100 SXM5 80GB,fp16,1,16,16,128,16384,16384,none,fwd_throughput,"
               "648,TFLOP/s,x\n"
               "FlashAttention-3,H100 SXM5 80GB,fp16,1,16,16,128,300,300,none,fwd_throughput,,,\n"
               "FlashAttention-3,TPU,fp16,1,16,16,128,16384,16384,none,fwd_throughput,1,,\n"
               "FlashAttention-3,H100,fp16,,16,16,128,16384,16384,none,fwd_throughput,1,,\n"
               "FlashAttention-3,H100,e4m3,1,16,16,128,16384,16384,none,fwd_throughput,1,,\n"
               "Mystery,H100,fp16,1,16,16,128,16384,16384,none,fwd_throughput,1,,\n");
  REQUIRE(result.points.size() == 6);
  CHECK(result.points[0].verdict == Verdict::Within);
  CHECK(result.points[0].group == "FlashAttention-3, H100 SXM5 80GB, head dim 128, none");
  CHECK(result.points[1].reason == "no reference: a prediction");
  CHECK(result.points[1].simulated.value_or(0) > 0);
  CHECK(result.points[2].reason == "unknown hardware 'TPU'");
  CHECK(result.points[3].reason == "the row does not say 'batch'");
  CHECK(result.points[4].reason == "operands of type e4m3 are not simulated here");
  CHECK(result.points[5].verdict == Verdict::NotCovered);
}

TEST_CASE("a user's row that the suite cannot know is not compared, and its nearest name told",
          "[validation]") {
  const auto result = resultOf(
      "FlashAttention-2,H100,fp16,2,16,16,128,600,600,causal,fwd_throughput,0.3,PFLOP/s,x\n"
      "FlashAttention-2,H100,fp16,2,16,16,128,600,600,causl,fwd_throughput,300,TFLOP/s,x\n"
      "FlashAttention-2,H100,fp16,2,16,16,128,600,600,causal,fwd_throughput,abc,TFLOP/s,x\n"
      "FlashAttention-2,H100,fp16,2,16,16,128,600,600,causal,fwd_throughput,-3,GB/s,x\n"
      "FlashAttention-2,H100,fp16,0,16,16,128,600,600,causal,fwd_thrughput,300,TFLOP/s,x\n");
  REQUIRE(result.points.size() == 5);
  CHECK(result.points[0].reference.value_or(0) == Approx(300)); // the metric is in TFLOP/s
  CHECK(result.points[0].reason.empty());                       // nothing was fitted on it
  CHECK(result.points[1].reason == "unknown mask 'causl', did you mean 'causal'?");
  CHECK(result.points[2].reason == "'abc' is no number above 0");
  CHECK(result.points[3].reason ==
        "'-3' is no number above 0; fwd_throughput is in TFLOP/s, not in 'GB/s'");
  CHECK(result.points[4].reason ==
        "no workload and mapping of ours is this system; unknown metric 'fwd_thrughput', did you "
        "mean 'fwd_throughput'?; '0' is no whole number above 0");
}

TEST_CASE("cells that are no sizes are told, and sizes are written as everywhere", "[validation]") {
  const auto result = resultOf(
      "FlashAttention-2,H100,fp16,1,56,8,128,1K,1024,causal,fwd_throughput,300,TFLOP/s,x\n"
      "FlashAttention-2,H100,fp16,1,56,9,128,1K,1K,causal,fwd_throughput,300,TFLOP/s,x\n"
      "FlashAttention-2,H100,fp17,1,16,16,128,lots,1K,causal,fwd_throughput,300,TFLOP/s,x\n");
  REQUIRE(result.points.size() == 3);
  CHECK(result.points[0].simulated);
  CHECK(result.points[1].reason == "56 heads of queries are not divided evenly over 9 of keys");
  CHECK(result.points[2].reason ==
        "'lots' is no whole number above 0; operands of type fp17 are not simulated here, did you "
        "mean 'fp16'?");
}

TEST_CASE("a setting that no machine of the rows takes is refused", "[validation]") {
  SuiteOptions wrong;
  wrong.machineSettings = {{"lanes.synk", Rational(100)}};
  const auto result = runKernelSuite(validationFolder() / "suites" / "kernels.yaml", wrong);
  REQUIRE_FALSE(result);
  CHECK(core::render(result.error())
            .find("this machine has no number 'lanes.synk' to set\n  help: did you mean "
                  "'lanes.sync'?") != std::string::npos);
}

TEST_CASE("a file of rows that the suite cannot know is refused with their places",
          "[validation]") {
  const ScratchFile file("x.csv", std::string(kHeader) +
                                      "FlashAttention-9,H100,fp16,2,16,16,128,600,600,none,"
                                      "fwd_throughput,300,TFLOP/s,x\n");
  SuiteOptions options;
  options.points = file.path();
  const auto result = runKernelSuite(validationFolder() / "suites" / "kernels.yaml", options);
  REQUIRE_FALSE(result);
  CHECK(
      core::render(result.error())
          .find("x.csv:2:1: error: system: unknown system 'FlashAttention-9'\n  help: did you mean "
                "'FlashAttention-3'?") != std::string::npos);
}

TEST_CASE("the analytic engine gives bounds that are not judged", "[validation]") {
  const std::string row = "FlashAttention-2,A100 SXM4 80GB,fp16,2,16,16,128,2048,2048,causal,"
                          "fwd_throughput,100,TFLOP/s,x\n";
  SuiteOptions options;
  options.engines = {"analytic"};
  const auto bound = resultOf(row, options).points.at(0);
  const auto simulated = resultOf(row).points.at(0);
  CHECK(bound.verdict == Verdict::Informative);
  CHECK(bound.reason == "a bound: work over rates, without waiting");
  CHECK(*bound.simulated >= *simulated.simulated);
}

TEST_CASE("settings of machines reach every simulation", "[validation]") {
  const std::string row = "FlashAttention-3,H100 SXM5 80GB,fp16,1,16,16,128,16384,16384,none,"
                          "fwd_throughput,648,TFLOP/s,x\n";
  SuiteOptions slower;
  slower.machineSettings = {{"tensor_cores.wgmma.efficiency", Rational(1, 2)}};
  CHECK(*resultOf(row, slower).points.at(0).simulated <
        0.8 * *resultOf(row).points.at(0).simulated);
}

TEST_CASE("a saving of time is judged by the time that is left, and by half of itself",
          "[validation]") {
  const auto result =
      resultOf("FlashSigmoid vs FA2,H100,,,,,,,,none,bwd_time_reduction,2.7,%,x\n"
               "FlashSigmoid vs FA2,H100,,,,,,,,none,bwd_time_reduction,50,%,x\n"
               "FlashSigmoid vs FA2,H100,,,,,,,,none,fwd_time_reduction,17.39,%,x\n");
  REQUIRE(result.points.size() == 3);
  for (const auto& outcome : result.points) {
    REQUIRE(outcome.simulated);
    CHECK(outcome.relativeError.value_or(0) ==
          Approx((100 - *outcome.simulated) / (100 - *outcome.reference) - 1));
  }
  // Ours is next to nothing: of a saving of 2.7 % more than half is missed, though by few points.
  CHECK(result.points[0].verdict == Verdict::Known);
  CHECK(std::abs(*result.points[0].relativeError) > 0.0135 / 0.973);
  CHECK(result.points[1].verdict == Verdict::Outside); // by more than eight points
  CHECK(result.points[1].tolerance == Approx(0.16));
  CHECK(result.points[2].verdict == Verdict::Within);
  CHECK(result.points[2].tolerance == Approx(0.08 / (1 - 0.1739)));
}

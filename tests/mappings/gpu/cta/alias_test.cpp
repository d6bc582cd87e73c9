#include "step_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu::test;

namespace {

/// The backward pass with tcgen05 and these keys besides.
std::string backward(const std::string& keys) {
  return "mapping: mine\nkind: gpu\nkernels:\n  rows: {einsums: [RS], cta: {p: 64}}\n"
         "  gradients: {cta: {m: 128, r: 1}, loop: {p: 128}, warpgroups: 2, producer: true, "
         "instruction: tcgen05, stages: 2" +
         keys + "}\n  conversion: {copies: [DQ, added]}\n";
}

core::Expected<Reading> readingWith(const std::string& keys, const std::string& gpu = "b200") {
  return readingOfText(backward(keys), {.workload = "attention-backward", .gpu = gpu});
}

sim::gpu::Kernel gradientsOf(const std::string& keys) {
  return chainOf(readingWith(keys)).kernels.at(1);
}

} // namespace

TEST_CASE("Results that share a place in tensor memory take that of the largest", "[gpu]") {
  CHECK(messages(readingWith("")) ==
        "mapping.yaml:6:14: error: kernels.gradients: kernel 'gradients' needs 320 KiB of tensor "
        "memory per CTA, b200 has 256 KiB\n"
        "  help: smaller tiles, or results that share a place (alias)\n");
  // Scores, their gradients (then gradients of the queries), and the two sums: 128 x 128 each.
  CHECK(gradientsOf(", alias: [[DA, DQ]]").residents == 1);
  CHECK(messages(readingOf(
                     "flash-attention-4-backward",
                     {.workload = "gqa-backward", .gpu = "b200", .workloadSettings = {{"E", 192}}}))
            .find("needs 320 KiB of tensor memory") != std::string::npos);
}

TEST_CASE("What takes a place waits until what lay there has been read", "[gpu]") {
  const auto kernel = gradientsOf(", alias: [[QK, A], [DA, DS, DQ]]");
  CHECK(shapeOf(kernel.iteration) ==
        std::vector<std::string>{
            "T QK needs [] carried [4] loads [0]",   // weights have been multiplied
            "T DA needs [] carried [7] loads [2]",   // gradients of the queries have left
            "L A needs [0] carried [] loads [1]",    //
            "L DS needs [2,1] carried [] loads [3]", //
            "T DV needs [2] carried [] loads [2]",   //
            "T DK needs [3] carried [] loads [0]",   //
            "T DQ needs [3,5] carried [] loads []",  // DK has taken its operand from there
            "L convert DQ needs [6] carried [] loads []"});
  CHECK(kernel.iteration.steps.at(6).joint);
}

TEST_CASE("Without aliases products of a level are one step", "[gpu]") {
  const auto chain =
      chainOf(readingOf("flash-attention-3-backward", {.workload = "attention-backward"}));
  CHECK(chain.kernels.at(1).iteration.steps.at(0).name == "QK+DA");
}

TEST_CASE("What leaves in every iteration is taken from tensor memory by warps of its own",
          "[gpu]") {
  const auto chain = chainOf(
      readingOf("flash-attention-4-backward", {.workload = "attention-backward", .gpu = "b200"}));
  for (const auto& step : chain.kernels.at(1).iteration.steps) {
    CHECK(step.apart == (step.name == "convert DQ"));
  }
}

TEST_CASE("An instruction for the columns of all warpgroups reads the other tile once", "[gpu]") {
  const auto kernel = gradientsOf(", alias: [[DA, DQ]]");
  // 128 keys and 128 queries of 128 values, for one of two warpgroups: half of both.
  CHECK(kernel.iteration.steps.at(0).name == "QK");
  CHECK(kernel.iteration.steps.at(0).sharedBytes == (128 + 128) * 128 * 2 / 2);
}

TEST_CASE("An alias that cannot be is refused, each at its place", "[gpu]") {
  CHECK(messages(readingWith(", alias: [[DA, DW], [DQ, DA], [DV, QK], [A]]")) ==
        "mapping.yaml:6:154: error: kernels.gradients.alias[3]: expected results that take each "
        "other's place\n"
        "  help: write for example alias: [[QK, A], [DA, DQ]]\n");
  CHECK(messages(readingWith(", alias: [[DA, DW], [DA, DQ], [DV, QK]]")) ==
        "mapping.yaml:6:124: error: kernels.gradients.alias[0]: kernel 'gradients' makes no 'DW'\n"
        "  help: did you mean 'DA'? (one of: A, DA, DK, DQ, DS, DV, QK)\n"
        "mapping.yaml:6:134: error: kernels.gradients.alias[1]: DA has a place already\n"
        "  help: name it once\n"
        "mapping.yaml:6:144: error: kernels.gradients.alias[2]: DV does not leave its place within "
        "an iteration\n"
        "  help: name results that each iteration makes anew\n");
  CHECK(
      messages(readingWith(", alias: [[DQ, DA]]")) ==
      "mapping.yaml:6:124: error: kernels.gradients.alias[0]: DA is made before DQ has been read\n"
      "  help: list results in the order in which they take the place\n");
  CHECK(messages(readingOfText("mapping: mine\nkind: gpu\nparameters: {M0: 64}\nkernels:\n"
                               "  k: {cta: {p: 64}, loop: m1, alias: [[BQK, DEN]]}\n")) ==
        "mapping.yaml:6:39: error: kernels.k.alias[0]: BQK is not in tensor memory\n"
        "  help: only instruction: tcgen05 leaves results there\n"
        "mapping.yaml:6:39: error: kernels.k.alias[0]: kernel 'k' makes no 'DEN'\n"
        "  help: did you mean 'SLN'? (one of: AV, BQK, LM, PRM, RD, RM, RNV, SLD, SLN, SLNV, SPD, "
        "SPNV)\n");
}

#include "tests/mappings/gpu/cta/step_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu::test;

namespace {

using Texts = std::vector<std::string>;

std::vector<sim::gpu::Step> iterationOf(const Reading& reading) {
  return chainOf(reading).kernels.at(0).iteration.steps;
}

Reading blackwell(const char* mapping) {
  return valid(readingOf(mapping, {.gpu = "b200"}));
}

} // namespace

TEST_CASE("Where special functions go beside other arithmetic, a pass is a step on each", "[gpu]") {
  const auto kernel = chainOf(blackwell("fused-blackwell")).kernels.at(0);
  CHECK(shapeOf(kernel.iteration) == Texts{"T BQK needs [] carried [] loads [0]",
                                           "L LM+RM+PRM+SPD needs [0] carried [1,3] loads []",
                                           "S LM+RM+PRM+SPD needs [0] carried [1,3] loads []",
                                           "L SLN+SLD+RD needs [0,1] carried [] loads []",
                                           "S SLN+SLD+RD needs [0,1] carried [] loads []",
                                           "L SPNV needs [1,2] carried [6] loads []",
                                           "T SLNV needs [3,4,5] carried [] loads [1]"});
  std::vector<bool> apart;
  for (const auto& step : kernel.iteration.steps) {
    apart.push_back(step.apart);
  }
  CHECK(apart == std::vector<bool>{false, false, false, false, false, true, false});
}

TEST_CASE("Lanes take the issue of special functions that go beside them, these their own time",
          "[gpu]") {
  const auto reading = blackwell("fused-blackwell");
  const auto steps = iterationOf(reading);
  const auto cycles = [&](const char* op) { return reading.gpu.operation(op)->cycles; };
  const double scores = 128; // columns, of 128 rows on 128 lanes
  CHECK(steps.at(4).cycles ==
        Approx(scores * cycles("exp2") / reading.gpu.data().specialEfficiency));
  CHECK(steps.at(3).cycles ==
        Approx(scores * (cycles("fma") + 1 + cycles("add") + cycles("convert")) + 2));
  // The output lies in tensor memory: read, multiplied, written back.
  CHECK(steps.at(5).cycles == Approx(128 * (cycles("mul") + 2 * cycles("tensor_memory"))));
}

TEST_CASE("In a step of the lanes special functions go beside what else the pass does", "[gpu]") {
  const auto reading = valid(readingOf("flash-attention-2", {.gpu = "h100"}));
  const auto& gpu = reading.gpu;
  const auto cycles = [&](const char* op) { return gpu.operation(op)->cycles; };
  const auto steps = iterationOf(reading);
  REQUIRE(shapeOf(chainOf(reading).kernels.at(0).iteration).at(1) ==
          "L LM+RM+SLN+SLD+PRM+SPD+RD+SPNV needs [0] carried [1,2] loads []");
  // Cycles of 128 lanes. Four of them share a row: each computes what it has one of, and they
  // exchange the maximum twice.
  const double scores = 64;
  const double maximum = scores * (cycles("max") + cycles("fragment")) +
                         4 * (cycles("max") + cycles("fma") + 1 + 2 * cycles("mul")) +
                         4 * 2 * (cycles("shuffle") + cycles("max"));
  const double rescaled = 128 * cycles("mul");
  const double beside = scores * (cycles("fma") + 1 + cycles("add") + cycles("convert")) +
                        4 * (cycles("add") + cycles("mul"));
  const double exp = scores * cycles("exp2") / gpu.data().specialEfficiency;
  REQUIRE(exp > beside);
  CHECK(steps.at(1).cycles == Approx(maximum + exp + rescaled));
  // Where exponentials take next to no time, what is left is to issue everything.
  const auto fast = valid(readingOf(
      "flash-attention-2", {.gpu = "h100", .gpuSettings = {{"lanes.operations.exp2", 1}}}));
  CHECK(iterationOf(fast).at(1).cycles == Approx(maximum + beside + rescaled));
}

TEST_CASE("A mapping says what is emulated, and how often sums are rescaled", "[gpu]") {
  const auto reading = blackwell("flash-attention-4");
  const auto all = iterationOf(blackwell("fused-blackwell"));
  const auto steps = iterationOf(reading);
  CHECK(steps.at(4).cycles == Approx((1 - 0.175) * all.at(4).cycles));
  const double emulated = reading.gpu.operation("exp2_emulated")->cycles;
  CHECK(steps.at(3).cycles == Approx(all.at(3).cycles + 0.175 * 128 * (emulated - 1)));
  CHECK(steps.at(5).cycles == Approx(0.1 * all.at(5).cycles));
  CHECK(operationsOf(steps.at(5)).at("mul") == Approx(0.1 * 256 * 128));
  // What is left out once in ten iterations is only rescaling: sums of rows stay as they are.
  CHECK(steps.at(1).cycles ==
        Approx(all.at(1).cycles + 0.175 * (emulated - 1))); // PRM, one of a row
}

TEST_CASE("What a GPU cannot emulate is a problem with its place", "[gpu]") {
  const auto text = [](const char* keys) {
    return messages(readingOfText(
        fmt::format("mapping: mine\nextends: flash-attention-4\nkernels: {{attention: {{{}}}}}\n",
                    keys),
        {.gpu = "b200"}));
  };
  CHECK(text("emulate: {exp3: 0.5}").find("b200 has no cost for 'exp3'") != std::string::npos);
  CHECK(text("emulate: {tanh: 0.5}").find("b200 has no cost for 'tanh_emulated'") !=
        std::string::npos);
  CHECK(text("emulate: {exp2: 3/2}").find("emulate is 3/2, not a share from 0 to 1") !=
        std::string::npos);
  CHECK(text("rescale: -1").find("rescale is -1, not a share from 0 to 1") != std::string::npos);
}

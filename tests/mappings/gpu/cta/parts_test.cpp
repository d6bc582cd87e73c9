#include "mappings/gpu/cta/parts.hpp"
#include "tests/mappings/gpu/cta/step_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <sstream>

using namespace einsight;
using namespace einsight::mappings::gpu::test;

namespace {

using Texts = std::vector<std::string>;
using Operations = std::map<std::string, double>;

} // namespace

TEST_CASE("An iteration of 1-pass attention is a product, the softmax and a product", "[gpu]") {
  const auto kernel = chainOf(readingOf("flash-attention-3")).kernels.at(0);
  CHECK(shapeOf(kernel.prologue).empty());
  CHECK(shapeOf(kernel.iteration) ==
        Texts{"T BQK needs [] carried [] loads [0]",
              "L LM+RM+SLN+SLD+PRM+SPD+RD+SPNV needs [0] carried [1,2] loads []",
              "T SLNV needs [1] carried [] loads [1]"});
  CHECK(shapeOf(kernel.epilogue) == Texts{"L AV needs [] carried [] loads []"});
}

TEST_CASE("The operators of a softmax tile follow from its Einsums", "[gpu]") {
  const double scores = 128 * 176;
  const double rows = 128;
  const double output = 128 * 128;
  const auto kernel = chainOf(readingOf("flash-attention-3")).kernels.at(0);
  CHECK(operationsOf(kernel.iteration.steps.at(0)) == Operations{{"macc", scores * 128}});
  CHECK(operationsOf(kernel.iteration.steps.at(1)) ==
        Operations{
            {"fragment", scores},
            {"max", scores + rows},     // LM, RM
            {"fma", scores + rows},     // scaled score less scaled maximum; PRM
            {"exp2", scores + rows},    // SLN, PRM
            {"add", scores + rows},     // SLD, RD
            {"convert", scores},        // SLN, which a product takes
            {"mul", 3 * rows + output}, // scaled maxima, SPD; SPNV
        });
  CHECK(operationsOf(kernel.epilogue.steps.at(0)) ==
        Operations{{"recip", rows}, {"mul", output}, {"convert", output}});
}

TEST_CASE("A product of 4 bits has the rate of the 4-bit type that the GPU has, or the next wider",
          "[gpu]") {
  const auto cyclesPerMacc = [](const Reading& reading) {
    for (const auto& kernel : chainOf(reading).kernels) {
      for (const auto& step : kernel.iteration.steps) {
        if (step.name == "QK4") {
          return step.cycles / operationsOf(step).at("macc");
        }
      }
    }
    return 0.0;
  };
  const auto rateOf = [](const Reading& reading, const char* type) {
    const auto* rate = reading.gpu.tensor("mma", type);
    REQUIRE(rate != nullptr);
    return rate->maccsPerCycle * rate->efficiency;
  };
  const auto on = [](const char* gpu) {
    return valid(readingOf(
        std::string(EINSIGHT_SOURCE_DIR) + "/validation/headlines/sale-select-kernels.yaml",
        {std::string(EINSIGHT_SOURCE_DIR) + "/validation/headlines/sale-select.yaml", gpu}));
  };
  const auto ada = on("rtx-4090");
  CHECK(cyclesPerMacc(ada) == Approx(1 / rateOf(ada, "int4")));
  const auto hopper = on("h20"); // whose shared memory keeps up with its products
  CHECK(hopper.gpu.tensor("mma", "int4") == nullptr);
  CHECK(cyclesPerMacc(hopper) == Approx(1 / rateOf(hopper, "fp8")));
}

TEST_CASE("Cycles of a step are those of one warpgroup", "[gpu]") {
  const auto reading = valid(readingOf("flash-attention-3"));
  const auto chain = chainOf(reading);
  const auto& iteration = chain.kernels.at(0).iteration;
  const auto* rate = reading.gpu.tensor("wgmma", "fp16");
  REQUIRE(rate != nullptr);
  CHECK(iteration.steps.at(0).cycles ==
        Approx(64.0 * 176 * 128 / (rate->maccsPerCycle * rate->efficiency)));
  // Keys of the tile once, and 64 rows of queries: 2 bytes each.
  CHECK(iteration.steps.at(0).sharedBytes == (176 + 64) * 128 * 2);
  const auto cycles = [&](const char* op) { return reading.gpu.operation(op)->cycles; };
  const double scores = 128 * 176;
  // The pass up to the maximum, with what 4 lanes compute of each of 128 rows, and 2 exchanges.
  double lanes = scores * (cycles("fragment") + cycles("max"));
  lanes += 128 * 4 * (cycles("max") + cycles("fma") + 1 + 2 * cycles("mul"));
  lanes += 128 * 4 * 2 * (cycles("shuffle") + cycles("max"));
  // Exponentials, with the rest of their pass beside them; sums of 128 columns rescaled.
  lanes += scores * cycles("exp2") / reading.gpu.data().specialEfficiency;
  lanes += 128 * 128 * cycles("mul");
  CHECK(iteration.steps.at(1).cycles == Approx(lanes / 128 / 2));
  CHECK(iteration.steps.at(1).maskedCycles ==
        Approx(64.0 * 176 * reading.gpu.operation("mask")->cycles / 128));
}

TEST_CASE("A mapping may say what a mask costs", "[gpu]") {
  const auto reading = valid(readingOf(
      "neighborhood-blackwell",
      {.workload = "neighborhood-tiles", .gpu = "b200", .mappingSettings = {{"axes", 3}}}));
  const auto& gpu = reading.gpu;
  const double cycles = gpu.operation("add")->cycles + 2 * gpu.operation("less")->cycles +
                        gpu.operation("select")->cycles + 2 * gpu.operation("and")->cycles;
  CHECK(chainOf(reading).kernels.at(0).iteration.steps.at(1).maskedCycles ==
        Approx(128.0 * 128 * cycles / 128));
}

TEST_CASE("Without shared operands every warp reads the right-hand tile", "[gpu]") {
  const auto reading = valid(readingOf("flash-attention-2", {.workloadSettings = {{"D", 256}}}));
  const auto step = chainOf(reading).kernels.at(0).iteration.steps.at(0);
  CHECK(step.sharedBytes == (4 * 64 + 64) * 256 * 2);
  // Above the arithmetic: what the warps read, and the tile of K that arrives meanwhile.
  CHECK(step.cycles == Approx((4 * 64 + 64 + 64) * 256 * 2 / 128.0));
}

TEST_CASE("Keys and values stream through the loop, queries stay, the result leaves", "[gpu]") {
  const auto kernel =
      chainOf(readingOf("flash-attention-2", {.workloadSettings = {{"D", 64}, {"L", 4096}}}))
          .kernels.at(0);
  REQUIRE(kernel.prologue.loads.size() == 1);
  CHECK(kernel.prologue.loads[0].tensor == "Q");
  CHECK(kernel.prologue.loads[0].bytes == 128 * 64 * 2);
  CHECK_FALSE(kernel.prologue.loads[0].shared);
  REQUIRE(kernel.iteration.loads.size() == 2);
  CHECK(kernel.iteration.loads[0].tensor == "K");
  CHECK(kernel.iteration.loads[0].bytes == 128 * 64 * 2);
  CHECK(kernel.iteration.loads[0].shared);
  CHECK(kernel.iteration.loads[1].tensor == "V");
  REQUIRE(kernel.epilogue.stores.size() == 1);
  CHECK(kernel.epilogue.stores[0].tensor == "AV");
  CHECK(kernel.epilogue.stores[0].bytes == 128 * 64 * 2);
}

TEST_CASE("Sigmoid attention needs no maximum and no rescaling", "[gpu]") {
  const auto kernel =
      chainOf(readingOf("flash-attention-3", {.workload = "attention-sigmoid"})).kernels.at(0);
  CHECK(shapeOf(kernel.iteration) == Texts{"T BQK needs [] carried [] loads [0]",
                                           "L S needs [0] carried [] loads []",
                                           "T SV needs [1] carried [2] loads [1]"});
  const double scores = 128 * 176;
  CHECK(
      operationsOf(kernel.iteration.steps.at(1)) ==
      Operations{{"fma", 2 * scores}, {"tanh", scores}, {"fragment", scores}, {"convert", scores}});
}

TEST_CASE("A loop over the depth of a product gives its result after the loop", "[gpu]") {
  const auto chain = chainOf(readingOf("unfused-kernels", {.workload = "attention-unfused"}));
  std::vector<std::string> names;
  for (const auto& kernel : chain.kernels) {
    names.push_back(kernel.name);
  }
  CHECK(names ==
        Texts{"layout Q", "layout K", "layout V", "scores", "softmax", "values", "output AV"});
  const auto& scores = chain.kernels.at(3);
  CHECK(shapeOf(scores.iteration) == Texts{"T QK needs [] carried [] loads [0,1]"});
  CHECK(shapeOf(scores.epilogue) == Texts{"L convert QK needs [] carried [] loads []"});
  REQUIRE(scores.epilogue.stores.size() == 1);
  CHECK(scores.epilogue.stores[0].bytes == 128 * 128 * 2);
  const auto& softmax = chain.kernels.at(4);
  CHECK(shapeOf(softmax.prologue) == Texts{"L GM+SN+SD+A needs [] carried [] loads [0]"});
  CHECK(softmax.kinds.at(0).iterations == 0);
}

TEST_CASE("A divided loop leaves running values, which another kernel merges", "[gpu]") {
  const auto chain =
      chainOf(readingOf("flash-decoding", {.workload = "attention-decode",
                                           .workloadSettings = {{"B", 1}, {"M", 8192}},
                                           .mappingSettings = {{"split", 4}}}));
  REQUIRE(chain.kernels.size() == 2);
  const auto& parts = chain.kernels[0];
  CHECK(parts.order.size() == 8 * 4); // a group of 4 query heads is one tile
  const double heads = 4;
  std::map<std::string, double> left;
  for (const auto& store : parts.epilogue.stores) {
    left[store.tensor] = store.bytes;
  }
  CHECK(left == Operations{{"RM", heads * 4}, {"RD", heads * 4}, {"RNV", heads * 128 * 4}});
  const auto& merge = chain.kernels[1];
  CHECK(merge.order.size() == 8);
  REQUIRE(merge.kinds.size() == 1);
  CHECK(merge.kinds[0].iterations == 4);
  CHECK(operationsOf(merge.iteration.steps.at(0)) ==
        Operations{{"max", heads},                   // RM
                   {"exp2", heads},                  // PRM
                   {"fma", heads},                   // PRM
                   {"mul", 2 * heads + heads * 128}, // scaled maximum, SPD; SPNV
                   {"add", heads + heads * 128}});   // RD; RNV
  CHECK(merge.epilogue.stores.at(0).bytes == heads * 128 * 2);
}

TEST_CASE("A kernel that merges has a warp for each row, four of them in a CTA", "[gpu]") {
  const auto rows = [](std::int64_t group) {
    const auto chain = chainOf(
        readingOf("flash-decoding",
                  {.workload = "attention-decode",
                   .workloadSettings = {{"B", 1}, {"M", 8192}, {"H", 8 * group}, {"R", group}},
                   .mappingSettings = {{"split", 4}}}));
    return chain.kernels.at(1);
  };
  const auto few = rows(3); // heads of a group, in a CTA of three rows
  CHECK(few.order.size() == 8);
  CHECK(few.kinds.at(0).rows == 1);
  CHECK(few.epilogue.stores.at(0).bytes == 3 * 128 * 2);
  const auto many = rows(14); // in four CTAs, the last of which lacks two rows
  CHECK(many.order.size() == 8 * 4);
  CHECK(many.epilogue.stores.at(0).bytes == 4 * 128 * 2);
  CHECK(many.kinds.at(0).rows == Approx(14.0 / 16));
}

TEST_CASE("An iteration of the backward pass is two products, the arithmetic and three products",
          "[gpu]") {
  const auto chain =
      chainOf(readingOf("flash-attention-2-backward", {.workload = "attention-backward-causal"}));
  REQUIRE(chain.kernels.size() == 3);
  const auto& gradients = chain.kernels[1];
  REQUIRE(gradients.iteration.steps.size() == 5);
  CHECK(gradients.iteration.steps[0].name == "QK+DA");
  CHECK(gradients.iteration.steps[1].name == "A+DS");
  CHECK(gradients.iteration.steps[2].name == "DV+DK");
  // Sums over the keys, which the warpgroups have divided: they meet before it.
  CHECK(gradients.iteration.steps[3].name == "DQ");
  for (const auto& step : gradients.iteration.steps) {
    CHECK(step.joint == (step.name == "DQ"));
  }
  // Gradients of the queries are parts of sums over CTAs, added in 32 bits.
  REQUIRE(gradients.iteration.stores.size() == 1);
  CHECK(gradients.iteration.stores[0].tensor == "DQ");
  CHECK(gradients.iteration.stores[0].bytes == 64 * 128 * 4);
  // Keys 0 to 127 are seen by all 64 tiles of queries, the last 128 keys by 2.
  CHECK(gradients.kinds.front().iterations == 64);
  CHECK(gradients.kinds.back().iterations == 2);
}

TEST_CASE("What warpgroups take from each other and add to memory goes through shared memory",
          "[gpu]") {
  const auto chain =
      chainOf(readingOf("flash-attention-3-backward", {.workload = "attention-backward"}));
  const auto& steps = chain.kernels[1].iteration.steps;
  const auto sums =
      std::find_if(steps.begin(), steps.end(), [](const auto& step) { return step.name == "DQ"; });
  REQUIRE(sums != steps.end());
  // Of each of two warpgroups: operands of 64 x 64 x 128, half of 128 x 64 weights, and half of
  // 64 x 128 sums in 32 bits, written and read; 128 bytes a cycle.
  const double operands = 128 * 2 * (64 + 64), weights = 128 * 64 * 2, added = 2 * 64 * 128 * 4;
  CHECK(sums->sharedCycles == Approx((operands + (weights + added) / 2) / 128));
}

TEST_CASE("Tiles are smaller where a CTA has little shared memory", "[gpu]") {
  const auto tiles = [](const std::string& gpu, const std::string& workload) {
    const auto kernel =
        chainOf(readingOf("flash-attention-2", {.workload = workload, .gpu = gpu})).kernels.at(0);
    const double row = 128 * 2;
    return std::pair(kernel.prologue.loads.at(0).bytes / row,
                     kernel.iteration.loads.at(0).bytes / row);
  };
  CHECK(tiles("a100-80gb", "attention") == std::pair(128.0, 64.0));
  CHECK(tiles("rtx-4090", "attention") == std::pair(128.0, 32.0));
  CHECK(tiles("rtx-4090", "attention-causal") == std::pair(64.0, 64.0));
}

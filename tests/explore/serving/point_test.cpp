#include "explore/serving/pass.hpp"
#include "explore/serving/point.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::explore;

namespace {

PointRequest request(const std::string& model, const std::string& machine,
                     const std::string& mapping, core::Settings load = {},
                     const std::string& trace = {}) {
  PointRequest out{model, machine, mapping, std::move(load), {}, {}};
  if (!trace.empty()) {
    out.workloadNames["trace"] = trace;
  }
  return out;
}

ServingPoint prepared(const PointRequest& asked) {
  auto point = prepareServing(asked);
  if (!point) {
    FAIL(core::render(point.error()));
  }
  return *point;
}

results::Result answer(const PointRequest& asked, bool limits = false) {
  RunOptions options;
  options.limits = limits;
  auto result = run(prepared(asked), options);
  if (!result) {
    FAIL(core::render(result.error()));
  }
  return *result;
}

/// The problems, with paths of files cut to their names.
std::string problemsOf(const PointRequest& asked) {
  const auto point = prepareServing(asked);
  if (point) {
    return "accepted";
  }
  auto problems = point.error();
  for (auto& problem : problems) {
    problem.where.file = std::filesystem::path(problem.where.file).filename().string();
  }
  return core::render(problems);
}

const core::Settings kSmall{{"batch", 8}, {"context", 4096}};

} // namespace

TEST_CASE("a batch of one reads every weight and key once, and launches kernels", "[serving]") {
  const auto result =
      answer(request("llama-2-7b", "a100-80gb", "eager", {{"batch", 1}, {"context", 100000}}));
  const auto point = prepared(request("llama-2-7b", "a100-80gb", "eager", kSmall));
  const auto& gpu = *point.plan.projections.gpu;
  const double bytes = 2 * workloads::activeParameters(point.model) +
                       100000 * workloads::keyBytesPerToken(point.model);
  const double launches = (32 * 18 + 1) * gpu.data().launch.kernelSeconds;
  CHECK(result.serving->tbt.p50 ==
        Approx(bytes / (gpu.data().dram.bytesPerSecond * gpu.data().dram.efficiency) + launches)
            .epsilon(0.001));
  CHECK(result.serving->tokensPerSecond == Approx(1 / result.serving->tbt.p50));
}

TEST_CASE("weights that do not fit are refused with the amount that is missing", "[serving]") {
  CHECK(problemsOf(request("llama-3-70b", "h100", "tensor-parallel", kSmall)) ==
        "tensor-parallel.yaml:1:1: error: projections: the weights of 'llama-3-70b' need 141.1 GB, "
        "and 1 x h100 have room for 73.31 GB: 67.8 GB too little\n"
        "  help: more devices, or weights of fewer bytes\n");
}

TEST_CASE("heads that do not divide are refused with what is left over", "[serving]") {
  auto asked = request("llama-3-70b", "h100x4", "tensor-parallel", kSmall);
  asked.machineSettings["count"] = 3;
  CHECK(problemsOf(asked) ==
        "tensor-parallel.yaml:1:1: error: projections: 64 query heads cannot be divided over 3 "
        "devices: 1 are left over\n"
        "  help: a number of devices that divides them\n"
        "tensor-parallel.yaml:1:1: error: attention: 8 key heads cannot be divided over 3 devices: "
        "2 are left over\n"
        "  help: a number of devices that divides them, or `split: requests`\n");
}

TEST_CASE("a batch that does not fit is refused with the amount that is missing", "[serving]") {
  CHECK(
      problemsOf(request("llama-2-7b", "a100-80gb", "eager", {{"batch", 2}, {"context", 80000}})) ==
      "eager.yaml: error: attention: 2 requests of 80000 tokens need room for the keys and values "
      "of 160000 tokens, and there is room for 129944: 30056 too few\n"
      "  help: fewer or shorter requests, or more devices for attention\n");
}

TEST_CASE("weights of 8 bits need a GPU that multiplies them", "[serving]") {
  auto asked = request("deepseek-v3", "a100-node", "tensor-parallel", kSmall);
  asked.machineSettings["count"] = 16;
  CHECK(problemsOf(asked) == "a100-80gb.yaml:1:1: error: tensor_cores: 'a100-80gb' has no matrix "
                             "instruction for fp8\n"
                             "  help: it has them for fp16, bf16, int8, int4, tf32\n");
}

TEST_CASE("replicas must divide the devices that hold weights", "[serving]") {
  auto asked = request("llama-33b", "lamina-2h100-4h20", "attention-offload", kSmall);
  asked.mappingSettings["batches"] = 4;
  const auto problems = problemsOf(asked);
  CHECK(problems.find("4 batches in flight need 3 replicas of the weights, and 2 devices cannot be "
                      "divided among them: 2 are left over") != std::string::npos);
}

TEST_CASE("a group that the machine does not have is answered with those it has", "[serving]") {
  CHECK(problemsOf(request("llama-33b", "h100x4", "attention-offload", kSmall)) ==
        "attention-offload.yaml:1:1: error: projections: machine 'h100x4' has no group of GPUs "
        "'workers'\n"
        "  help: one of: gpu\n"
        "attention-offload.yaml:1:1: error: attention: machine 'h100x4' has no group of GPUs "
        "'memory'\n"
        "  help: one of: gpu\n");
}

TEST_CASE("what is wrong with the load is told at once", "[serving]") {
  CHECK(problemsOf(request("llama-33b", "h100x2", "tensor-parallel", {{"bath", 3}})) ==
        "error: --set bath: a model that serves has no number 'bath'\n"
        "  help: did you mean 'batch'? (one of: trace, requests, rate, seed, prompt, output, "
        "prefix, batch, context)\n"
        "error: --set: what the model serves is missing\n"
        "  help: trace=azure-conv, trace=FILE.csv, or batch=16,context=4K\n");
}

TEST_CASE("without a mapping the first that the machine has the groups for is taken", "[serving]") {
  CHECK(prepared(request("llama-33b", "lamina-1h100-2h20", "", kSmall)).mapping.name ==
        "attention-offload");
  CHECK(prepared(request("llama-33b", "h100x2", "", kSmall)).mapping.name == "tensor-parallel");
}

TEST_CASE("without a mapping, the first for these devices says why it cannot be done",
          "[serving]") {
  auto asked = request("llama-3-70b", "h100x4", "", kSmall);
  asked.machineSettings["count"] = 3;
  CHECK(problemsOf(asked) ==
        "tensor-parallel.yaml:1:1: error: projections: 64 query heads cannot be divided over 3 "
        "devices: 1 are left over\n"
        "  help: a number of devices that divides them\n"
        "tensor-parallel.yaml:1:1: error: attention: 8 key heads cannot be divided over 3 devices: "
        "2 are left over\n"
        "  help: a number of devices that divides them, or `split: requests`\n");
}

TEST_CASE("an all-reduce launches one kernel", "[serving]") {
  auto asked = request("llama-2-7b", "a100-node", "tensor-parallel", kSmall);
  asked.machineSettings = {{"count", 2}};
  const double launched = answer(asked).serving->tbt.p50;
  asked.machineSettings["links.nvlink.launch"] = core::Rational(1, 1'000'000);
  constexpr double kLaunch = 8e-6; // arch/machines/a100-node.yaml
  CHECK(launched - answer(asked).serving->tbt.p50 ==
        Approx(2 * 32 * (kLaunch - 1e-6)).epsilon(1e-3));
}

TEST_CASE("a model of one device that is served by a cluster of one is the same", "[serving]") {
  const auto alone = answer(request("llama-3-8b", "h100", "tensor-parallel", kSmall));
  auto one = request("llama-3-8b", "h100", "tensor-parallel-decode", kSmall);
  CHECK(answer(one).serving->tbt.p50 == alone.serving->tbt.p50);
}

TEST_CASE("experts: a batch reads those that its tokens go to", "[serving]") {
  const auto one = answer(
      request("mixtral-8x7b", "h100x2", "tensor-parallel", {{"batch", 1}, {"context", 1024}}));
  const auto many = answer(
      request("mixtral-8x7b", "h100x2", "tensor-parallel", {{"batch", 64}, {"context", 1024}}));
  // 2 of 8 experts for one token, all of them for 64: about 3.3 times the weights.
  CHECK(many.units[0].busyCycles / one.units[0].busyCycles > 2);
  CHECK(many.units[0].busyCycles / one.units[0].busyCycles < 4);
}

TEST_CASE("sending queries first saves time, and most where keys and values are large",
          "[serving]") {
  const auto gain = [](const std::string& model) {
    const auto with = [&](const std::string& mapping) {
      auto asked = request(model, "lamina-2h100-4h20", mapping, kSmall);
      asked.mappingSettings["batches"] = 1;
      return answer(asked).serving->tbt.p50;
    };
    const auto together =
        std::string(EINSIGHT_SOURCE_DIR) + "/validation/offload/attention-offload-in-order.yaml";
    return 1 - with("attention-offload") / with(together);
  };
  CHECK(gain("llama-65b") > gain("llama-3-70b"));
  CHECK(gain("llama-3-70b") > 0);
}

TEST_CASE("two batches in flight give more tokens than one, though each takes longer",
          "[serving]") {
  const auto with = [&](std::int64_t batches) {
    auto asked = request("llama-33b", "lamina-1h100-2h20", "attention-offload",
                         {{"batch", 84}, {"context", 1260}}); // all the memory
    asked.mappingSettings["batches"] = batches;
    return answer(asked).serving->tokensPerSecond;
  };
  CHECK(with(2) > with(1));
}

TEST_CASE("the same seed gives the same answer, another one another", "[serving]") {
  const core::Settings load{{"requests", 300}, {"rate", 5}};
  const auto once = answer(request("llama-3-8b", "h100", "tensor-parallel", load, "azure-conv"));
  const auto again = answer(request("llama-3-8b", "h100", "tensor-parallel", load, "azure-conv"));
  CHECK(once.seconds == again.seconds);
  CHECK(once.serving->tbt.p99 == again.serving->tbt.p99);
  auto other = load;
  other["seed"] = 7;
  CHECK(answer(request("llama-3-8b", "h100", "tensor-parallel", other, "azure-conv")).seconds !=
        once.seconds);
}

TEST_CASE("what limits a run is found by serving it again with each part twice as fast",
          "[serving]") {
  const auto result = answer(
      request("llama-33b", "h100x2", "tensor-parallel-decode", {{"requests", 200}}, "kimi-conv"),
      true);
  REQUIRE(result.limits.size() == 4);
  CHECK(result.serving->limitedBy == result.limits.front().unit);
  double memory = 0;
  for (std::size_t i = 0; i < result.limits.size(); ++i) {
    const auto& limit = result.limits[i];
    CHECK(limit.speedupIfDoubled > 0.99);
    CHECK((i == 0 || limit.speedupIfDoubled <= result.limits[i - 1].speedupIfDoubled));
    memory = limit.unit == "memory for keys and values" ? limit.speedupIfDoubled : memory;
  }
  CHECK(memory > 1.2); // batches of 3 or 4: the weights are read for few
}

TEST_CASE("bytes that are sent to the devices of attention follow from tokens and layers",
          "[serving]") {
  const auto result =
      answer(request("llama-3-70b", "lamina-2h100-4h20", "attention-offload", kSmall));
  REQUIRE(result.levels.size() == 1);
  // (1 + 2/G) d and d elements of 2 bytes: Chen et al. (arXiv 2405.01814v2) section 3.
  CHECK(result.levels[0].readBytes == 8LL * 80 * (8192 + 2048) * 2);
  CHECK(result.levels[0].writeBytes == 8LL * 80 * 8192 * 2);
}

TEST_CASE("links are busy for as long as the bytes take that are sent and received", "[serving]") {
  auto asked = request("llama-3-70b", "lamina-2h100-4h20", "attention-offload",
                       {{"batch", 64}, {"context", 4096}});
  for (const std::int64_t batches : {1, 2}) {
    asked.mappingSettings["batches"] = batches;
    const auto result = answer(asked);
    const auto point = prepared(asked);
    const auto& link = *point.plan.network;
    const double rate = 2 * link.sustainedBytesPerSecond() / 1e9; // of both ports, per nanosecond
    std::map<std::string, double> carried;
    for (const auto& unit : result.units) {
      carried[unit.name] = unit.busyCycles * rate;
    }
    CHECK(carried["roce out"] == Approx(result.levels[0].readBytes).epsilon(0.001));
    CHECK(carried["roce back"] == Approx(result.levels[0].writeBytes).epsilon(0.001));
  }
}

TEST_CASE("prices of a plan replace those of the machine", "[serving]") {
  const auto asked = request("llama-3-70b", "lamina-2h100-4h20", "attention-offload", kSmall);
  const auto cheap = prepareServing(asked, {{"h20", 1}});
  REQUIRE(cheap.has_value());
  CHECK(cheap->cluster->dollarsPerHour() == Approx(2 * 11.06 + 4));
  CHECK(prepared(asked).cluster->dollarsPerHour() == Approx(2 * 11.06 + 4 * 4.63));
}

TEST_CASE("random loads on random clusters: nothing works longer than the run, memory holds",
          "[serving]") {
  CHECK(rc::check([] {
    const bool offload = *rc::gen::arbitrary<bool>();
    const auto models = std::vector<std::string>{"llama-3-8b", "llama-2-7b", "mixtral-8x7b"};
    auto asked = request(*rc::gen::elementOf(models), offload ? "lamina-2h100-4h20" : "h100x4",
                         offload ? "attention-offload" : "tensor-parallel");
    asked.workloadNames["trace"] = "azure-conv";
    asked.workloadSettings = {{"requests", *rc::gen::inRange(1, 30)},
                              {"rate", *rc::gen::inRange(1, 50)},
                              {"seed", *rc::gen::inRange(1, 1000)}};
    asked.machineSettings[offload ? "memory" : "count"] = std::int64_t{1}
                                                          << *rc::gen::inRange(1, 4);
    const auto point = prepareServing(asked);
    RC_ASSERT(point.has_value());
    const auto result = run(*point);
    RC_ASSERT(result.has_value());
    for (const auto& unit : result->units) {
      RC_ASSERT(unit.utilization >= 0 && unit.utilization <= 1 + 1e-9);
    }
    const auto& serving = *result->serving;
    RC_ASSERT(serving.requests == asked.workloadSettings["requests"].numerator());
    RC_ASSERT(serving.peakTokens <= serving.capacityTokens);
    RC_ASSERT(serving.tbt.p50 <= serving.tbt.p90 && serving.tbt.p90 <= serving.tbt.p99);
    RC_ASSERT(serving.tokensPerSecond > 0);
  }));
}

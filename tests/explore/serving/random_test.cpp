#include "explore/serving/pass.hpp"
#include "explore/serving/point.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <rapidcheck.h>
#include <unistd.h>

using namespace einsight;
using namespace einsight::explore;

namespace {

std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange(low, high + 1);
}

std::string oneOf(const std::vector<std::string>& names) {
  return *rc::gen::elementOf(names);
}

/// A folder of its own for the files of one case.
std::filesystem::path folder() {
  auto out = std::filesystem::temp_directory_path() / fmt::format("einsight-serving-{}", getpid());
  std::filesystem::create_directories(out);
  return out;
}

std::string written(const std::string& name, const std::string& text) {
  const auto file = folder() / name;
  std::ofstream(file) << "version: 1\n" << text;
  return file.string();
}

/// Mostly a number that divides heads.
std::int64_t drawnCount() {
  return between(0, 4) == 0 ? between(1, 8) : std::int64_t{1} << between(0, 3);
}

std::string linkText(const std::string& name, const std::string& joins) {
  return fmt::format("  {}: {{topology: {}, joins: [{}], bandwidth: {} GB/s, efficiency: {}/10, "
                     "latency: {} us, duplex: {}, source: drawn}}\n",
                     name, oneOf({"switch", "switch", "mesh", "ring"}), joins, between(1, 400),
                     between(1, 10), between(1, 50), oneOf({"full", "half"}));
}

/// Two groups of GPUs, or one, with links that may be missing.
std::string drawnCluster(bool separate) {
  const std::vector<std::string> gpus{"h100", "h20", "a100-80gb", "h200", "l40s", "b200"};
  auto text = fmt::format("machine: drawn\nkind: cluster\nsummary: drawn\nsource: drawn\ndevices:\n"
                          "  workers: {{machine: {}, count: {}}}\n",
                          oneOf(gpus), drawnCount());
  text += separate
              ? fmt::format("  memory: {{machine: {}, count: {}}}\n", oneOf(gpus), drawnCount())
              : "";
  std::string links;
  if (between(0, 9) > 0) {
    links += linkText("near", separate ? "workers, memory" : "workers");
  }
  return written("cluster.yaml", text + (links.empty() ? "" : "links:\n" + links));
}

std::string drawnMapping(bool separate) {
  auto text = fmt::format("extends: {}\nmapping: drawn\nrequests: {}\nchunk: {}\nsplit: {}\n",
                          separate ? "attention-offload" : "tensor-parallel", between(1, 300),
                          between(1, 3000), oneOf({"heads", "requests"}));
  text += separate ? fmt::format("batches: {}\nqueries_first: {}\n", between(1, 3),
                                 oneOf({"true", "false"}))
                   : fmt::format("decode_only: {}\n", oneOf({"true", "false"}));
  text += fmt::format("host: {{step: {} us, request: {} us}}\n", between(0, 5000), between(0, 200));
  return written("mapping.yaml", text);
}

std::string drawnTrace() {
  auto text = fmt::format(
      "trace: drawn\nrequests: {}\nprompt: {}\noutput: {}\nspread: {{prompt: {}, output: {}}}\n"
      "longest: {}\nseed: {}\nshared_prefix: {}\n",
      between(1, 60), between(1, 4000), between(1, 60), static_cast<double>(between(0, 20)) / 10,
      static_cast<double>(between(0, 20)) / 10, between(2, 5), between(1, 1000), between(0, 200));
  text += between(0, 1) == 0 ? fmt::format("per_second: {}\n", between(1, 50)) : "";
  return written("trace.yaml", text);
}

/// A refusal says by how much the plan misses, or what is missing altogether.
void checkRefusal(const core::Problems& problems) {
  RC_LOG() << core::render(problems);
  RC_ASSERT(!problems.empty());
  for (const auto& problem : problems) {
    const bool amount = problem.what.find_first_of("0123456789") != std::string::npos;
    RC_ASSERT(amount || problem.what.find("has no ") != std::string::npos);
    RC_ASSERT(!problem.help.empty());
  }
}

void checkConserved(const ServingPoint& point, const results::Result& result) {
  const auto& serving = *result.serving;
  const auto& trace = std::get<workloads::Trace>(point.load);
  std::int64_t tokens = 0;
  bool second = false; // somebody makes a second token
  for (const auto& request : workloads::requestsOf(trace)) {
    tokens += request.output;
    second = second || request.output > 1;
  }
  RC_ASSERT(serving.requests == trace.requests);
  RC_ASSERT(serving.tokens == tokens);
  RC_ASSERT(serving.peakTokens <= serving.capacityTokens * (1 + 1e-9));
  for (const auto& unit : result.units) {
    RC_ASSERT(unit.busyCycles >= 0);
    RC_ASSERT(unit.busyCycles <= result.seconds * 1e9 * (1 + 1e-9));
  }
  const auto bytes = networkBytes(point);
  for (const auto& level : result.levels) {
    const double each = static_cast<double>(tokens) * static_cast<double>(point.model.layers);
    RC_ASSERT(level.readBytes == std::llround(each * (bytes.query + bytes.keyValue)));
    RC_ASSERT(level.writeBytes == std::llround(each * bytes.back));
  }
  RC_ASSERT(std::isnan(serving.tbt.p50) == !second);
  RC_ASSERT(!second || (serving.tbt.p50 <= serving.tbt.p90 && serving.tbt.p90 <= serving.tbt.p99));
  RC_ASSERT(serving.ttft.p50 > 0);
}

} // namespace

TEST_CASE("random clusters and traces: what is refused says by how much, what is served is "
          "conserved and the same again",
          "[serving]") {
  CHECK(rc::check([] {
    const bool separate = between(0, 1) == 0;
    PointRequest asked;
    asked.workload =
        oneOf({"llama-3-8b", "llama-2-7b", "llama-33b", "mixtral-8x7b", "deepseek-v3"});
    asked.machine = drawnCluster(separate);
    asked.mapping = drawnMapping(separate);
    asked.workloadNames["trace"] = drawnTrace();
    const auto point = prepareServing(asked);
    RC_TAG(point ? std::string("served") : point.error().front().where.path);
    if (!point) {
      checkRefusal(point.error());
      return;
    }
    const auto result = run(*point);
    if (!result) { // a request that does not fit by itself
      checkRefusal(result.error());
      return;
    }
    checkConserved(*point, *result);
    RC_ASSERT(run(*point)->seconds == result->seconds);
  }));
  std::filesystem::remove_all(folder());
}

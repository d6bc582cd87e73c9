#include "explore/serving/load.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::explore;

namespace {

PointRequest request(core::Settings load, const std::string& trace = {}) {
  PointRequest out{"mixtral-8x7b", "h100x4", "tensor-parallel", std::move(load), {}, {}};
  if (!trace.empty()) {
    out.workloadNames["trace"] = trace;
  }
  return out;
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

} // namespace

TEST_CASE("a request as long as the model can see is served, one token more is refused",
          "[serving]") {
  CHECK(problemsOf(request({{"batch", 1}, {"context", 32768}})) == "accepted");
  CHECK(problemsOf(request({{"batch", 1}, {"context", 32769}})) ==
        "mixtral-8x7b.yaml: error: transformer.context: a request of 32769 tokens is longer than "
        "the 32768 that 'mixtral-8x7b' can see: 1 too many\n"
        "  help: shorter requests, or a larger `context` where the model is made for it\n");
}

TEST_CASE("the longest request of a trace must be one that the model can see", "[serving]") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-long-" + std::to_string(getpid()) + ".csv");
  std::ofstream(file) << "arrival_s,prompt_tokens,output_tokens\n0,100,10\n1,32768,12\n";
  const auto found = problemsOf(request({}, file.string()));
  std::filesystem::remove(file);
  CHECK(found.find("a request of 32780 tokens is longer than the 32768 that 'mixtral-8x7b' can "
                   "see: 12 too many") != std::string::npos);
}

TEST_CASE("a load is a trace, or a batch with both its numbers", "[serving]") {
  const auto fixed = readLoad(request({{"batch", 3}, {"context", 100}}));
  REQUIRE(fixed.has_value());
  CHECK(std::get<FixedBatch>(*fixed).requests == 3);
  CHECK(std::get<FixedBatch>(*fixed).context == 100);
  const auto trace = readLoad(request({{"requests", 7}}, "azure-code"));
  REQUIRE(trace.has_value());
  CHECK(std::get<workloads::Trace>(*trace).requests == 7);
  const auto half = readLoad(request({{"batch", 3}}));
  REQUIRE_FALSE(half.has_value());
  CHECK(half.error().front().what ==
        "a fixed batch has a number of requests and of tokens of each");
}

TEST_CASE("a number of the load must be above zero, and whole where it counts", "[serving]") {
  CHECK(problemsOf(request({{"batch", 0}, {"context", 10}})) ==
        "error: --set batch: 0 is too small\n"
        "  help: whole numbers from 1 on, but for a rate\n");
  CHECK(problemsOf(request({{"requests", core::Rational(3, 2)}, {"rate", core::Rational(1, 2)}},
                           "azure-code")) == "error: --set requests: 1.5 is not whole\n"
                                             "  help: whole numbers from 1 on, but for a rate\n");
}

TEST_CASE("a number of the load that nothing could serve is refused with its bound", "[serving]") {
  CHECK(
      problemsOf(request({{"batch", std::int64_t{1} << 40}, {"context", std::int64_t{1} << 40}})) ==
      "error: --set batch: 1099511627776 is too large: at most 10485760\n"
      "  help: whole numbers from 1 on, but for a rate\n"
      "error: --set context: 1099511627776 is too large: at most 1073741824\n"
      "  help: whole numbers from 1 on, but for a rate\n");
  CHECK(problemsOf(request({{"requests", std::int64_t{1} << 30}}, "azure-conv")) ==
        "error: --set requests: 1073741824 is too large: at most 10485760\n"
        "  help: whole numbers from 1 on, but for a rate\n");
  CHECK(problemsOf(request({{"rate", core::Rational(1, std::int64_t{1} << 40)}}, "azure-conv")) ==
        "error: --set rate: 9.094947017729282e-13 is too small: at least 1e-09\n"
        "  help: whole numbers from 1 on, but for a rate\n");
}

TEST_CASE("lengths of requests without a trace are told where they are set", "[serving]") {
  CHECK(problemsOf(request({{"prompt", 100}, {"output", 20}})) ==
        "error: --set: no trace is given whose requests 'output', 'prompt' would change\n"
        "  help: trace=azure-conv, trace=FILE.csv, or batch=16,context=4K\n");
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-lengths-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << "version: 1\nextends: mixtral-8x7b\nmodel: mine\n"
                         "serving: {prompt: 100}\n";
  auto asked = request({});
  asked.workload = file.string();
  const auto found = problemsOf(asked);
  std::filesystem::remove(file);
  CHECK(
      found ==
      file.filename().string() +
          ":4:10: error: serving: no trace is given whose requests 'prompt' would "
          "change\n"
          "  help: serving: {trace: azure-conv}, {trace: FILE.csv} or {batch: 16, context: 4K}\n");
}

TEST_CASE("numbers of a model's file are checked as those of the command line are", "[serving]") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-load-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << "version: 1\nextends: mixtral-8x7b\nmodel: mine\n"
                         "serving: {trace: azure-conv, requests: 0.5}\n";
  auto asked = request({});
  asked.workload = file.string();
  const auto found = problemsOf(asked);
  std::filesystem::remove(file);
  CHECK(found.find("error: serving.requests: 0.5 is not whole") != std::string::npos);
  for (const auto* load : {"trace: azure-conv, requests: 1e30", "batch: 1e30, context: 100"}) {
    std::ofstream(file) << "version: 1\nextends: mixtral-8x7b\nmodel: mine\nserving: {" << load
                        << "}\n";
    const auto large = problemsOf(asked);
    std::filesystem::remove(file);
    CHECK(large.find("1e+30 is too large: at most 10485760") != std::string::npos);
    CHECK(std::count(large.begin(), large.end(), '\n') == 2);
  }
}

TEST_CASE("a batch that stays and a trace are not asked for at once", "[serving]") {
  CHECK(problemsOf(request({{"batch", 1}, {"context", 4096}, {"rate", 3}, {"prompt", 77}},
                           "azure-conv")) ==
        "error: --set: 'batch', 'context' is of a batch that stays, 'prompt', 'rate', 'trace' of "
        "the requests of a trace\n"
        "  help: leave out the one or the other\n");
  CHECK(problemsOf(request({{"batch", 1}, {"context", 4096}, {"seed", 3}})) != "accepted");
  CHECK(missingInLoad("mixtral-8x7b", {"context", "batch", "output"}).find("'output'") !=
        std::string::npos);
}

TEST_CASE("what the model's file serves gives way to what is asked for", "[serving]") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-serves-" + std::to_string(getpid()) + ".yaml");
  const auto serves = [&](const std::string& load) {
    std::ofstream(file) << "version: 1\nextends: mixtral-8x7b\nserving: {" << load << "}\n";
  };
  const auto loadOf = [&](core::Settings numbers, const std::string& trace) {
    auto asked = request(std::move(numbers), trace);
    asked.workload = file.string();
    return readLoad(asked);
  };
  serves("trace: azure-conv, rate: 3, seed: 2");
  const auto fixed = loadOf({{"batch", 3}, {"context", 100}}, "");
  REQUIRE(fixed.has_value());
  CHECK(std::get<FixedBatch>(*fixed).requests == 3);
  serves("batch: 16, context: 4K");
  const auto trace = loadOf({}, "azure-conv");
  REQUIRE(trace.has_value());
  CHECK(std::holds_alternative<workloads::Trace>(*trace));
  CHECK_FALSE(loadOf({{"rate", 3}}, "").has_value());
  CHECK(std::get<FixedBatch>(*loadOf({{"batch", 2}}, "")).context == 4096);
  std::filesystem::remove(file);
}

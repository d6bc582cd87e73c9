#include "workloads/trace.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::workloads;

namespace {

/// A file of its own, removed at the end.
class File {
public:
  File(const std::string& name, const std::string& text)
      : folder_(std::filesystem::temp_directory_path() /
                ("einsight-trace-" + std::to_string(getpid()))),
        path_(folder_ / name) {
    std::filesystem::create_directories(folder_);
    std::ofstream(path_) << text;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string shorten(std::string text) const {
    const auto place = folder_.string() + "/";
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place)) {
      text.erase(at, place.size());
    }
    return text;
  }

private:
  std::filesystem::path folder_, path_;
};

Trace loaded(const std::string& name) {
  auto trace = loadTrace(name);
  if (!trace) {
    FAIL(core::render(trace.error()));
  }
  return *trace;
}

} // namespace

TEST_CASE("drawn requests have the published means, and depend on the seed alone", "[workloads]") {
  for (const auto* name : {"azure-conv", "azure-code", "kimi-conv", "kimi-ta", "sharegpt"}) {
    INFO(name);
    const auto trace = loaded(name);
    const auto requests = requestsOf(trace);
    REQUIRE(static_cast<std::int64_t>(requests.size()) == trace.requests);
    double prompt = 0, output = 0;
    for (const auto& request : requests) {
      prompt += static_cast<double>(request.prompt);
      output += static_cast<double>(request.output);
      CHECK(static_cast<double>(request.prompt) <=
            trace.promptSpread.longest * trace.meanPrompt + 1);
      CHECK(static_cast<double>(request.output) <=
            trace.outputSpread.longest * trace.meanOutput + 1);
    }
    const auto count = static_cast<double>(requests.size());
    const auto error = [&](const LengthSpread& spread) {
      return 3 * spread.deviation / std::sqrt(count);
    };
    CHECK(prompt / count == Approx(trace.meanPrompt).epsilon(error(trace.promptSpread)));
    CHECK(output / count == Approx(trace.meanOutput).epsilon(error(trace.outputSpread)));
    const auto again = requestsOf(trace);
    CHECK(again.back().prompt == requests.back().prompt);
    TraceChanges other;
    other.seed = 2;
    CHECK(requestsOf(changed(trace, other)).front().prompt != requests.front().prompt);
  }
}

TEST_CASE("lengths keep their mean where the longest are cut, and their spread where they are not",
          "[workloads]") {
  Trace trace;
  trace.requests = 200000;
  trace.meanPrompt = 1000;
  trace.meanOutput = 1000;
  trace.promptSpread = {2, 3};
  trace.outputSpread = {0.5, 0};
  double prompt = 0, output = 0, squares = 0;
  for (const auto& request : requestsOf(trace)) {
    prompt += static_cast<double>(request.prompt);
    output += static_cast<double>(request.output);
    squares += static_cast<double>(request.output) * static_cast<double>(request.output);
    REQUIRE(request.prompt <= 3000);
  }
  const auto count = static_cast<double>(trace.requests);
  CHECK(prompt / count == Approx(1000).epsilon(0.01));
  CHECK(output / count == Approx(1000).epsilon(0.01));
  CHECK(std::sqrt(squares / count - std::pow(output / count, 2)) == Approx(500).epsilon(0.02));
}

TEST_CASE("spread and longest are of both lengths, or of each", "[workloads]") {
  const File both("both.yaml", "version: 1\ntrace: both\nrequests: 1\nprompt: 10\noutput: 20\n"
                               "spread: 0.25\nlongest: 2\n");
  CHECK(loaded(both.path()).promptSpread.deviation == 0.25);
  CHECK(loaded(both.path()).outputSpread.longest == 2);
  const File each("each.yaml", "version: 1\ntrace: each\nrequests: 1\nprompt: 10\noutput: 20\n"
                               "spread: {prompt: 1, output: 2}\nlongest: {output: 3}\n");
  CHECK(loaded(each.path()).promptSpread.deviation == 1);
  CHECK(loaded(each.path()).promptSpread.longest == 0);
  CHECK(loaded(each.path()).outputSpread.deviation == 2);
  const File wrong("wrong.yaml", "version: 1\ntrace: w\nrequests: 1\nprompt: 10\noutput: 20\n"
                                 "spread: {prompt: -1}\nlongest: 0.5\n");
  CHECK(wrong.shorten(core::render(loadTrace(wrong.path()).error())) ==
        "wrong.yaml:6:9: error: spread: must not be below zero\n"
        "wrong.yaml:7:10: error: longest: the longest are longer than the mean\n"
        "  help: a number above 1, or 0 for no bound\n");
}

TEST_CASE("requests arrive all at once, or at a rate", "[workloads]") {
  auto trace = loaded("azure-conv");
  CHECK(requestsOf(trace).back().arrivalSeconds == 0);
  TraceChanges changes;
  changes.perSecond = 0.25;
  changes.requests = 20000;
  const auto requests = requestsOf(changed(trace, changes));
  CHECK(requests.size() == 20000);
  CHECK(requests.back().arrivalSeconds == Approx(80000).epsilon(0.03));
}

TEST_CASE("a user's own requests are read from a CSV file, in the order of arrival",
          "[workloads]") {
  const File file("own.csv",
                  "output_tokens,arrival_s,prompt_tokens,user\r\n5,2.5,100,a\r\n7,1,20,b\r\n");
  const auto trace = loaded(file.path());
  CHECK(trace.name == "own");
  const auto requests = requestsOf(trace);
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].arrivalSeconds == 1);
  CHECK(requests[0].prompt == 20);
  CHECK(requests[1].output == 5);
  TraceChanges changes;
  changes.requests = 1;
  changes.output = 9;
  CHECK(requestsOf(changed(trace, changes)).size() == 1);
  CHECK(requestsOf(changed(trace, changes)).front().output == 9);
}

TEST_CASE("every mistake of a CSV file is told at once", "[workloads]") {
  const File columns("columns.csv", "arrival,prompt_tokens\n1,2\n");
  CHECK(columns.shorten(core::render(loadTrace(columns.path()).error())) ==
        "columns.csv:1:1: error: there is no column 'arrival_s'\n"
        "  help: did you mean 'arrival'? (one of: arrival, prompt_tokens)\n"
        "columns.csv:1:1: error: there is no column 'output_tokens'\n"
        "  help: one of: arrival, prompt_tokens\n");
  const File rows("rows.csv", "arrival_s,prompt_tokens,output_tokens\n-1,2,3\n1,x,0\n2,1.5,4\n");
  CHECK(rows.shorten(core::render(loadTrace(rows.path()).error())) ==
        "rows.csv:2:1: error: arrival_s: '-1' is not a time in seconds\n"
        "  help: a number from 0 to 1e+12\n"
        "rows.csv:3:1: error: prompt_tokens: 'x' is not a number of tokens\n"
        "  help: a whole number from 1 to 1073741824\n"
        "rows.csv:3:1: error: output_tokens: '0' is not a number of tokens\n"
        "  help: a whole number from 1 to 1073741824\n"
        "rows.csv:4:1: error: prompt_tokens: '1.5' is not a number of tokens\n"
        "  help: a whole number from 1 to 1073741824\n");
}

TEST_CASE("what no trace has is refused, not cut to something else", "[workloads]") {
  const File rows("rows.csv", "arrival_s,prompt_tokens,output_tokens\n1e13,2e9,3\n");
  CHECK(rows.shorten(core::render(loadTrace(rows.path()).error())) ==
        "rows.csv:2:1: error: arrival_s: '1e13' is not a time in seconds\n"
        "  help: a number from 0 to 1e+12\n"
        "rows.csv:2:1: error: prompt_tokens: '2e9' is not a number of tokens\n"
        "  help: a whole number from 1 to 1073741824\n");
  const File means("means.yaml", "version: 1\ntrace: m\nrequests: 1G\nprompt: 1e300\n"
                                 "output: 10\nspread: 1e300\nlongest: {output: 1e300}\n"
                                 "per_second: -1\nshared_prefix: 2G\n");
  CHECK(means.shorten(core::render(loadTrace(means.path()).error())) ==
        "means.yaml:3:11: error: requests: '1G' is out of range\n"
        "  help: write a whole number from 1 to 10485760\n"
        "means.yaml:4:9: error: prompt: a mean of 1e+300 tokens is too long\n"
        "  help: a number from 1 to 1073741824\n"
        "means.yaml:6:9: error: spread: 1e+300 times the mean is too large\n"
        "  help: a number from 0 to 1000\n"
        "means.yaml:7:10: error: longest: 1e+300 times a mean of 10 tokens is too long\n"
        "  help: at most 1073741824 tokens, or 0 for no bound\n"
        "means.yaml:8:13: error: per_second: -1 requests per second are out of range\n"
        "  help: a number from 1e-09 to 1000000000, or 0 for all at once\n"
        "means.yaml:9:16: error: shared_prefix: '2G' is out of range\n"
        "  help: write a whole number from 0 to 1073741824\n");
}

TEST_CASE("no drawn length is longer than a request may be", "[workloads]") {
  Trace trace;
  trace.requests = 2000;
  trace.meanPrompt = static_cast<double>(kMostTokens);
  trace.meanOutput = 1;
  trace.promptSpread = {1000, 0};
  trace.outputSpread = {1000, 0};
  std::int64_t longest = 0;
  for (const auto& request : requestsOf(trace)) {
    longest = std::max(longest, request.prompt);
    CHECK_FALSE((request.prompt < 1 || request.output < 1 || request.output > kMostTokens));
  }
  CHECK(longest == kMostTokens);
}

TEST_CASE("a misspelt trace is answered with the nearest name", "[workloads]") {
  const auto trace = loadTrace("azure-con");
  REQUIRE_FALSE(trace.has_value());
  CHECK(trace.error().front().what == "unknown trace 'azure-con'");
  CHECK(trace.error().front().help.find("did you mean 'azure-conv'?") == 0);
}

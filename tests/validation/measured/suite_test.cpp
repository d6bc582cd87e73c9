#include "tests/validation/scratch_file.hpp"
#include "validation/measured/suite.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace einsight::validation;
using test::ScratchFile;

namespace {

struct Case {
  std::string id, system, rest;
  double us = 100;
};

std::vector<Case> cases() {
  const std::string shape = R"("batch": 1, "heads_q": 7, "heads_kv": 1, "head_dim": 128, )"
                            R"("seq_q": 777, "seq_kv": 777, "dtype": "bf16", )";
  const std::string layout = R"("heads_q": 3, "head_dim": 128, "layout": [1, 40, 39], )"
                             R"("stride": [1, 1, 1], "q_tile": [1, 16, 8], "dtype": "bf16", )";
  return {
      {"full", "fused-sm90", shape + R"("mask": "none")"},
      {"causal", "fused-sm90", shape + R"("mask": "causal")"},
      {"sigmoid", "fused-sm90", shape + R"("mask": "none", "weights": "sigmoid")"},
      {"warps", "fused-sm80", shape + R"("mask": "none")"},
      {"window", "fused-sm80", shape + R"("mask": "window 1")"},
      {"gna", "fused-sm90", layout + R"("kv_tile": [1, 8, 16], "window": [1, 7, 39])"},
      {"whole", "fused-sm90", layout + R"("kv_tile": [1, 8, 16], "window": [1, 40, 39])"},
      {"decode", "split-kv",
       R"("batch": 3, "heads_q": 8, "heads_kv": 2, "head_dim": 128, "seq_q": 1, "seq_kv": 5000)"},
      {"chain", "unfused",
       R"("batch": 1, "heads_q": 7, "heads_kv": 7, "head_dim": 128, "seq_q": 777, "seq_kv": 777)"},
      {"list", "fused-sm90", shape + R"("mask": "list 1/2")"},
      {"latent", "stream-k",
       R"("batch": 2, "heads_q": 40, "heads_kv": 1, "head_dim": 576, "head_dim_v": 512, "seq_q": 1, "seq_kv": 999)"},
      {"chunks", "linear",
       R"("batch": 1, "heads_q": 3, "head_dim": 64, "seq_q": 777, "mask": "causal")"},
      {"tokens", "permute",
       layout +
           R"("kv_tile": [1, 8, 16], "window": [1, 40, 39], "mask": "layout 1x40x39 t1x16x8")"},
      {"unknown", "mystery", shape + R"("mask": "none")"},
  };
}

SuiteResult resultOf(const std::vector<Case>& list, SuiteOptions options = {},
                     const std::string& micro = {}) {
  std::string text;
  for (const auto& one : list) {
    text += fmt::format(R"({}{{"id": "{}", "system": "{}", {}, "median_us": {:.12g}}})",
                        text.empty() ? "" : ",\n", one.id, one.system, one.rest, one.us);
  }
  const ScratchFile file("m.json", R"({"provenance": {"device": "NVIDIA H200", "sms": 132}, )"
                                   R"("cases": [)" +
                                       micro + text + "]}");
  options.points = file.path();
  auto result = runMeasuredSuite(validationFolder() / "suites" / "measured.yaml", options);
  REQUIRE(result);
  return std::move(*result);
}

const Outcome& at(const SuiteResult& result, const std::string& id) {
  const auto found = std::find_if(result.points.begin(), result.points.end(),
                                  [&](const Outcome& out) { return out.id == id; });
  REQUIRE(found != result.points.end());
  return *found;
}

} // namespace

TEST_CASE("measured kernels are compared as times and as speedups", "[validation]") {
  const auto first = resultOf(cases());
  auto list = cases();
  for (auto& one : list) { // as if every kernel took a quarter longer than simulated
    one.us = 1.25e6 * at(first, "NVIDIA H200/" + one.id).simulated.value_or(1);
  }
  const auto second = resultOf(list);
  for (const auto& out : second.points) {
    INFO(out.id << ": " << out.reason);
    if (out.id == "NVIDIA H200/unknown") {
      CHECK(out.reason == "no forward pass of 'mystery' with mask none is described for this shape "
                          "(systems.yaml)");
      CHECK(out.verdict == Verdict::NotCovered);
      continue;
    }
    REQUIRE(out.relativeError);
    CHECK(*out.relativeError == Approx(out.metric == "seconds" ? -0.2 : 0).margin(1e-9));
    CHECK(out.verdict == Verdict::Within);
  }
  CHECK_FALSE(second.passed); // 20 % is within the tolerance of a point, but not of a family's mean
  for (const auto* id :
       {"causal over full/causal over full", "sigmoid over softmax/sigmoid over full",
        "warpgroups over warps/full over warps", "sliding window over full/window over warps",
        "list over full/list over full", "neighborhood over whole/gna over whole"}) {
    at(second, std::string("NVIDIA H200/") + id);
  }
  CHECK(second.points.size() == list.size() + 6);
  CHECK(at(second, "NVIDIA H200/neighborhood over whole/gna over whole").simulated.value_or(0) > 1);
  CHECK(at(second, "NVIDIA H200/list over full/list over full").simulated.value_or(0) > 1);
}

TEST_CASE("microbenchmarks replace the machine's constants, and say which", "[validation]") {
  const auto stated = resultOf({cases().front()});
  const auto micro = [](double exp2Us) { // 132 SMs x 128 lanes x 1000 operations
    return fmt::format(R"({{"id": "rate exp2", "suite": "micro", "system": "microbenchmark",
                           "operations": 16896000, "sm_mhz": 1000, "median_us": {}}},)",
                       exp2Us);
  };
  const auto same = resultOf({cases().front()}, {}, micro(8));
  const auto slow = resultOf({cases().front()}, {}, micro(640));
  const auto seconds = [](const SuiteResult& result) { return *result.points.at(0).simulated; };
  CHECK(seconds(same) == seconds(stated));
  CHECK(seconds(slow) > 1.5 * seconds(stated));
  CHECK(slow.exhibits.at(0).title == "Calibration of NVIDIA H200");
  CHECK(slow.exhibits.at(0).rows ==
        std::vector<std::vector<std::string>>{{"lanes.operations.exp2", "8", "640", "rate exp2"}});
}

TEST_CASE("special functions sustain beside other arithmetic what a microbenchmark leaves of their "
          "rate",
          "[validation]") {
  const auto micro = [](const std::string& id, double us) { // 132 SMs x 128 lanes x 1000 operations
    return fmt::format(R"({{"id": "{}", "suite": "micro", "system": "microbenchmark",
                           "operations": 16896000, "sm_mhz": 1000, "median_us": {}}},)",
                       id, us);
  };
  const auto rows = [&](const std::string& micros) {
    return resultOf({cases().front()}, {}, micros).exhibits.at(0).rows;
  };
  const std::string beside = "rate exp2 beside 4 fp32 fma";
  CHECK(rows(micro(beside, 10)).at(0) ==
        std::vector<std::string>{"lanes.special_efficiency", "0.79", "0.8", beside});
  // Of what an exponential takes alone, as measured; never more than all.
  CHECK(rows(micro("rate exp2", 9) + micro(beside, 10)).at(1).at(2) == "0.9");
  CHECK(rows(micro("rate exp2", 9) + micro(beside, 8)).at(1).at(2) == "1");
}

TEST_CASE("bandwidth is taken from what no cache holds, and writing from what a copy leaves",
          "[validation]") {
  const auto micro = [](const std::string& id, double bytes, double us) {
    return fmt::format(R"({{"id": "{}", "suite": "micro", "system": "microbenchmark",
                           "bytes": {}, "median_us": {}, "sm_mhz": 1000}},)",
                       id, bytes, us);
  };
  // 4800 GB/s: 4.8 MB take a microsecond. Reading at 0.8, 9.6 MB of a copy are read in 2.5.
  const auto result =
      resultOf({cases().front()}, {},
               micro("read 8 MiB", 4.8e6, 0.5) + micro("read 8192 MiB", 9.6e6, 2.5) +
                   micro("copy 4096 MiB", 19.2e6, 6.5));
  const auto& rows = result.exhibits.at(0).rows;
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == std::vector<std::string>{"dram.efficiency", "0.9", "0.8", "read 8192 MiB"});
  CHECK(rows[1] ==
        std::vector<std::string>{"dram.write_efficiency", "0.57", "0.5", "copy 4096 MiB"});
}

TEST_CASE("without a measured device the suite says how to get one", "[validation]") {
  for (const auto* suite : {"measured.yaml", "thirdparty.yaml"}) {
    const auto result = runMeasuredSuite(validationFolder() / "suites" / suite, {});
    REQUIRE(result);
    if (result->points.empty()) {
      CHECK(result->passed);
      CHECK(result->exhibits.back().title == "Nothing is measured yet");
    }
  }
}
